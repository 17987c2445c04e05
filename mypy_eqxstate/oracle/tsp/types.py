"""From a type server's answers to terms.

An answer is a tree of tagged objects.  It names a class or function by the place of its definition,
and says nothing else of it:

    {"kind": 3, "flags": 2, "declaration": {"name": "State", "node": {"uri": ..., "range": ...}}}

The place leads to the syntax (`oracle/tsp/modules.py`), and from there come the full name, the
names and kinds of parameters, and what they say of ownership.  Types of parameters and type
arguments are in the answer itself.

What differs between servers, or is not said:

- pyright gives the line of a class's first decorator, pyrefly that of the name;
- literals, and special forms such as `Literal`, have a declaration at the beginning of a file;
- pyrefly's tuples have no declaration.  One type argument is either a tuple of one item or of any
  number of them, and is taken for the latter, which says less;
- pyright's `self` is a synthesized type, which is not understood and counts as unknown.

Source: https://github.com/microsoft/pylance-release/tree/main/docs/tsp, version 0.4.1.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any, Final

from mypy_eqxstate.oracle.shapes import ParameterKind
from mypy_eqxstate.oracle.tsp.annotations import Annotations
from mypy_eqxstate.oracle.tsp.modules import Module, Modules
from mypy_eqxstate.oracle.tsp.names import Found, Names
from mypy_eqxstate.oracle.tsp.scopes import Function
from mypy_eqxstate.oracle.tsp.server import path_of_uri
from mypy_eqxstate.oracle.tsp.terms import (
    ANY,
    NEVER,
    NONE_TERM,
    PLAIN_TERM,
    ClassTerm,
    FunctionTerm,
    ModuleTerm,
    OverloadTerm,
    ParameterTerm,
    Term,
    TupleTerm,
    TypeTerm,
    UnionTerm,
    union,
)

_BUILT_IN: Final = 0
_FUNCTION: Final = 2
_CLASS: Final = 3
_UNION: Final = 4
_MODULE: Final = 5
_VARIABLE: Final = 6
_OVERLOADED: Final = 7
_INSTANTIABLE: Final = 1
_INSTANCE: Final = 2
_LITERAL: Final = 8
_DEEPEST: Final = 12
_UNBOUNDED_TUPLE: Final = "builtins.tuple"
Json = dict[str, Any]


class TypeReader:
    """Reads the types of one type server.

    Args:
        modules: the sources of modules.
        names: follows names.
        annotations: reads annotations.
    """

    def __init__(self, modules: Modules, names: Names, annotations: Annotations) -> None:
        self._modules = modules
        self._names = names
        self._annotations = annotations
        self._definitions: dict[tuple[str, int, str], Found | None] = {}

    def term(self, answer: Json | None, depth: int = 0) -> Term:
        """The term of a type; ANY for no answer, and for what is not understood."""
        if answer is None or depth > _DEEPEST:
            return ANY
        kind = answer.get("kind")
        if kind == _CLASS:
            return self._class(answer, depth)
        if kind == _FUNCTION:
            return self._function(answer, depth)
        if kind == _UNION:
            items = [self.term(item, depth + 1) for item in answer.get("subTypes", ())]
            return _instantiable(union(items), answer)
        if kind == _BUILT_IN:
            return _BUILT_INS.get(str(answer.get("name")), ANY)
        if kind == _OVERLOADED:
            items = [self.term(item, depth + 1) for item in answer.get("overloads", ())]
            functions = tuple(item for item in items if isinstance(item, FunctionTerm))
            return OverloadTerm(functions) if functions else ANY
        if kind == _MODULE:
            return ModuleTerm(str(answer.get("moduleName", "")))
        if kind == _VARIABLE:
            found = self.definition(answer)
            variable = self._annotations.of_found(found) if found is not None else ANY
            return _instantiable(variable, answer)
        return ANY

    # --- definitions

    def definition(self, answer: Json) -> Found | None:
        """What a type's declaration points to; None if it is not found in the source."""
        declaration = answer.get("declaration") or {}
        node = declaration.get("node")
        name = declaration.get("name")
        if not node or not name or not node.get("uri"):
            return None
        line = int(node["range"]["start"]["line"])
        key = (str(node["uri"]), line, str(name))
        if key not in self._definitions:
            self._definitions[key] = self._look(*key)
        return self._definitions[key]

    def _look(self, uri: str, line: int, name: str) -> Found | None:
        module = self._modules.at(path_of_uri(uri))
        if module is None:
            return None
        node = module.definition_at(line + 1, name)
        if node is not None:
            return self._names.of_node(module, node)
        found = self._names.attribute(module, name)
        return found if isinstance(found, Found) else None

    # --- kinds

    def _class(self, answer: Json, depth: int) -> Term:
        if not (answer.get("declaration") or {}).get("node"):
            return self._tuple(answer, depth)
        found = self.definition(answer)
        definition = self._annotations.class_of(found)
        if definition is None:
            return PLAIN_TERM if answer.get("flags", 0) & _LITERAL else ANY
        if definition.full_name in _NONE_TYPES:
            return NONE_TERM
        is_tuple = definition.full_name == _UNBOUNDED_TUPLE
        given = _items(answer) if is_tuple else answer.get("typeArgs") or ()
        arguments = tuple(self.term(item, depth + 1) for item in given)
        if is_tuple and len(arguments) > 1:
            return TupleTerm(arguments)
        return _instantiable(ClassTerm(definition, arguments), answer)

    def _tuple(self, answer: Json, depth: int) -> Term:
        arguments = [self.term(item, depth + 1) for item in _items(answer)]
        if not arguments:
            return PLAIN_TERM
        if len(arguments) > 1:
            return TupleTerm(tuple(arguments))
        found = self._annotations.class_of(self._names.lookup(_UNBOUNDED_TUPLE))
        return ClassTerm(found, tuple(arguments)) if found is not None else ANY

    def _function(self, answer: Json, depth: int) -> Term:
        found = self.definition(answer)
        node, module = self._declared(answer, found)
        result = self.term(answer.get("returnType"), depth + 1)
        specialized = answer.get("specializedTypes")
        if specialized is None:
            return FunctionTerm(None, result)
        terms = [self.term(item, depth + 1) for item in specialized.get("parameterTypes", ())]
        declared = [] if node is None else list(parameters(node))
        if module is None or len(declared) != len(terms):
            given = tuple(
                ParameterTerm(f"__{position}", ParameterKind.POSITIONAL_ONLY, term)
                for position, term in enumerate(terms)
            )
        else:
            scope = module.scope_of_annotations(node) if node is not None else module.scope
            given = tuple(
                ParameterTerm(
                    parameter.arg,
                    kind,
                    term,
                    self._annotations.mode(module, scope, parameter.annotation),
                    has_default,
                )
                for (parameter, kind, has_default), term in zip(declared, terms, strict=True)
            )
        if answer.get("boundToType") is not None:
            given = given[1:]
        annotated = node is None or is_annotated(node)
        return FunctionTerm(given, result, annotated)

    def _declared(self, answer: Json, found: Found | None) -> tuple[Function | None, Module | None]:
        """The `def` that a function's declaration points to: the very item of an overload."""
        if found is None:
            return None, None
        line = int(answer["declaration"]["node"]["range"]["start"]["line"]) + 1
        node = found.module.definition_at(line, str(answer["declaration"]["name"]))
        return (node, found.module) if isinstance(node, Function) else (None, None)


def parameters(node: Function) -> list[tuple[ast.arg, ParameterKind, bool]]:
    """The parameters of a function in their order: which, how it is given, has it a default."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    first_default = len(positional) - len(arguments.defaults)
    only = len(arguments.posonlyargs)
    found = []
    for position, argument in enumerate(positional):
        hidden = argument.arg.startswith("__") and not argument.arg.endswith("__")
        kind = (
            ParameterKind.POSITIONAL_ONLY if position < only or hidden else ParameterKind.POSITIONAL
        )
        found.append((argument, kind, position >= first_default))
    if arguments.vararg is not None:
        found.append((arguments.vararg, ParameterKind.STAR, False))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append((argument, ParameterKind.KEYWORD_ONLY, default is not None))
    if arguments.kwarg is not None:
        found.append((arguments.kwarg, ParameterKind.DOUBLE_STAR, False))
    return found


def is_annotated(node: Function) -> bool:
    """Whether a function has any annotation."""
    if node.returns is not None:
        return True
    given = parameters(node)
    return not given or any(argument.annotation is not None for argument, _, _ in given)


def _items(answer: Json) -> Sequence[Json]:
    """The arguments of a tuple; of `tuple[int, ...]` only the first, as pyrefly 1.4 has it.

    Since 1.5 the ellipsis is one of them.
    """
    arguments: Sequence[Json] = answer.get("typeArgs") or ()
    last = arguments[-1] if arguments else {}
    is_open = last.get("kind") == _BUILT_IN and last.get("name") == "ellipsis"
    return arguments[:-1] if is_open else arguments


def _instantiable(term: Term, answer: Json) -> Term:
    """The class instead of its instance, if the answer says so."""
    flags = int(answer.get("flags", 0))
    if not flags & _INSTANTIABLE or flags & _INSTANCE:
        return term
    if isinstance(term, UnionTerm):
        return union([TypeTerm(item) for item in term.items])
    return TypeTerm(term) if term is not ANY else ANY


_NONE_TYPES = frozenset({"types.NoneType", "_typeshed.NoneType"})
_BUILT_INS: dict[str, Term] = {"never": NEVER, "noreturn": NEVER, "ellipsis": PLAIN_TERM}
