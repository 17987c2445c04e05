"""The signatures of functions: as they are written, and as decorators leave them.

    @functools.wraps(f)                                 the type server knows
    @staticmethod / @property / @overload / ...         read off: they leave the signature
    def step(self, x: Array, state: State) -> ...       annotations, `self` is an instance

A decorator that is not one of Python's own may change the type.  Then the type server is asked for
the type of the name.  If that is a callable, it is taken, with the names of the parameters that are
written if there are as many; if it is an object, such as `jax.jit` returns, only the undecorated
signature is known.

Limits: functions without any annotation have no signature.  The type server is asked only about
modules that `may_ask` admits, because it has to check a whole file for an answer.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace

from mypy_eqxstate.oracle.tsp.annotations import SELF, Annotations
from mypy_eqxstate.oracle.tsp.classes import Classes
from mypy_eqxstate.oracle.tsp.inference import Inference
from mypy_eqxstate.oracle.tsp.modules import Module
from mypy_eqxstate.oracle.tsp.names import Found, Names
from mypy_eqxstate.oracle.tsp.scopes import DefinedFunction, Function
from mypy_eqxstate.oracle.tsp.terms import (
    ANY,
    ClassDefinition,
    ClassTerm,
    FunctionTerm,
    OverloadTerm,
    ParameterTerm,
    Term,
    TypeTerm,
    substitute,
)
from mypy_eqxstate.oracle.tsp.types import is_annotated, parameters

_PROPERTIES = frozenset(
    {"builtins.property", "functools.cached_property", "abc.abstractproperty", "enum.property"}
)
_STATIC = frozenset({"builtins.staticmethod", "abc.abstractstaticmethod"})
_OF_CLASS = frozenset({"builtins.classmethod", "abc.abstractclassmethod"})
_OVERLOAD = frozenset({"typing.overload", "typing_extensions.overload"})
_ABSTRACT = frozenset({"abc.abstractmethod", "abc.abstractproperty"})
_LEAVE_THE_TYPE = (
    _PROPERTIES
    | _STATIC
    | _OF_CLASS
    | _OVERLOAD
    | _ABSTRACT
    | {
        "typing.final",
        "typing.override",
        "typing.no_type_check",
        "typing.runtime_checkable",
        "typing_extensions.final",
        "typing_extensions.override",
        "typing_extensions.deprecated",
        "warnings.deprecated",
    }
)
_IMPLICIT_STATIC = frozenset({"__new__"})
_IMPLICIT_OF_CLASS = frozenset({"__init_subclass__", "__class_getitem__"})


class Functions:
    """The signatures of functions.

    Args:
        names: follows names.
        annotations: reads annotations.
        classes: the contents of classes.
        inference: the types that the type server infers.
        may_ask: whether the type server may be asked about a module.
    """

    def __init__(
        self,
        names: Names,
        annotations: Annotations,
        classes: Classes,
        inference: Inference,
        may_ask: Callable[[Module], bool],
    ) -> None:
        self._names = names
        self._annotations = annotations
        self._classes = classes
        self._inference = inference
        self._may_ask = may_ask

    # --- decorators

    def decorators(self, module: Module, node: Function) -> Iterator[str | None]:
        """The full names of a function's decorators; None for what is no name."""
        scope = module.scope_around(node)
        owner = module.owner(node)
        if isinstance(owner, ast.ClassDef):
            scope = module.scope_of(owner)
        for decorator in node.decorator_list:
            call = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(call, ast.Attribute) and call.attr in ("setter", "getter", "deleter"):
                yield "builtins.property"
                continue
            found = self._names.expression(module, scope, call)
            yield found.full_name if isinstance(found, Found) else None

    def kind(self, module: Module, node: Function, owner: ClassDefinition | None) -> str:
        """What a function is to its class, in the words of `Declaration.kind`."""
        if owner is None:
            return "function"
        names = set(self.decorators(module, node))
        if names & _PROPERTIES:
            return "property"
        if names & _OF_CLASS or node.name in _IMPLICIT_OF_CLASS:
            return "classmethod"
        if names & _STATIC or node.name in _IMPLICIT_STATIC:
            return "staticmethod"
        return "method"

    def is_abstract(self, module: Module, node: Function) -> bool:
        """Whether a function is declared abstract."""
        return bool(set(self.decorators(module, node)) & _ABSTRACT)

    def main(self, module: Module, binding: DefinedFunction) -> Function:
        """The definition that counts: the implementation of an overload, the getter of a property.

        Where a name is defined again, the last definition counts.
        """
        nodes = binding.nodes
        if any(self._is_accessor(node) for node in nodes):
            return next((n for n in nodes if not self._is_accessor(n)), nodes[0])
        written = [node for node in nodes if not self._is_overload(module, node)]
        return written[-1] if written else nodes[0]

    def _is_accessor(self, node: Function) -> bool:
        return any(
            isinstance(d, ast.Attribute) and d.attr in ("setter", "deleter")
            for d in node.decorator_list
        )

    def _is_overload(self, module: Module, node: Function) -> bool:
        return bool(node.decorator_list) and bool(set(self.decorators(module, node)) & _OVERLOAD)

    # --- signatures

    def signatures(
        self, module: Module, binding: DefinedFunction, owner: ClassDefinition | None
    ) -> tuple[tuple[FunctionTerm, ...], bool]:
        """The signatures of a function, and whether its decorators hide its type.

        Args:
            module: where it is defined.
            binding: the function, or all items of the overload.
            owner: the class that defines it, if it is a method.
        """
        items = [node for node in binding.nodes if self._is_overload(module, node)]
        if items:
            return tuple(self._written_or_not(module, node, owner) for node in items), False
        node = self.main(module, binding)
        written = self.written(module, node, owner)
        given = () if written is None else (written,)
        if all(name in _LEAVE_THE_TYPE for name in self.decorators(module, node)):
            return given, False
        visible = self._visible(module, node, written)
        return (given, True) if visible is None else (visible, False)

    def _written_or_not(
        self, module: Module, node: Function, owner: ClassDefinition | None
    ) -> FunctionTerm:
        return self.written(module, node, owner) or FunctionTerm(None, ANY, False)

    def _visible(
        self, module: Module, node: Function, written: FunctionTerm | None
    ) -> tuple[FunctionTerm, ...] | None:
        """The signatures of a decorated function; None if its type is hidden."""
        if not self._may_ask(module):
            return None
        term = self._inference.definition(module, node)
        if isinstance(term, OverloadTerm):
            return term.items
        if isinstance(term, FunctionTerm) and term.parameters is not None:
            return (named_as(term, written),)
        return None

    def written(
        self, module: Module, node: Function, owner: ClassDefinition | None
    ) -> FunctionTerm | None:
        """The signature as it is written, `self` included; None without annotations."""
        if not is_annotated(node):
            return None
        scope = module.scope_of_annotations(node)
        kind = self.kind(module, node, owner)
        read = self._annotations
        given = []
        for position, (argument, how, has_default) in enumerate(parameters(node)):
            term = read.term(module, scope, argument.annotation)
            if position == 0 and owner is not None and argument.annotation is None:
                instance = self._instance(owner)
                if kind in ("method", "property"):
                    term = instance
                elif kind == "classmethod" or node.name == "__new__":
                    term = TypeTerm(instance)
            mode = read.mode(module, scope, argument.annotation)
            given.append(ParameterTerm(argument.arg, how, term, mode, has_default))
        result = read.term(module, scope, node.returns)
        if isinstance(node, ast.AsyncFunctionDef) and not _yields(node):
            result = self._coroutine(result)
        found = FunctionTerm(tuple(given), result)
        if owner is not None:
            replaced = substitute(found, {SELF: self._instance(owner)})
            assert isinstance(replaced, FunctionTerm)
            return replaced
        return found

    def _instance(self, owner: ClassDefinition) -> ClassTerm:
        return ClassTerm(owner, tuple(self._classes.type_parameters(owner)))

    def _coroutine(self, result: Term) -> Term:
        found = self._annotations.class_of(self._names.lookup("typing.Coroutine"))
        return ClassTerm(found, (ANY, ANY, result)) if found is not None else ANY

    def bound(
        self, owner: ClassDefinition, name: str, receiver: ClassTerm | None = None
    ) -> tuple[FunctionTerm, ...]:
        """The signatures of a method without `self`, as an instance of a class has it.

        Args:
            owner: the class.
            name: the method's name.
            receiver: the instance, whose type arguments count.
        """
        found = self._classes.member(owner, name)
        if found is None:
            return ()
        home, binding = found
        if not isinstance(binding, DefinedFunction):
            return ()
        items, _ = self.signatures(home.module, binding, home)
        node = self.main(home.module, binding)
        static = self.kind(home.module, node, home) == "staticmethod"
        known = {}
        if receiver is not None and home is owner:
            order = self._classes.type_parameters(owner)
            known = dict(zip(order, receiver.arguments, strict=False))
        bound: list[FunctionTerm] = []
        for item in items:
            given = item.parameters
            if given and not static:
                given = given[1:]
            part = substitute(replace(item, parameters=given), known)
            assert isinstance(part, FunctionTerm)
            bound.append(part)
        return tuple(bound)


def named_as(term: FunctionTerm, written: FunctionTerm | None) -> FunctionTerm:
    """A callable with the names, kinds and modes that are written, if it has as many parameters."""
    if written is None or written.parameters is None or term.parameters is None:
        return term
    if len(written.parameters) != len(term.parameters):
        return term
    given = tuple(
        replace(named, term=known.term if known.term != ANY else named.term)
        for named, known in zip(written.parameters, term.parameters, strict=True)
    )
    result = term.result if term.result != ANY else written.result
    return FunctionTerm(given, result, term.annotated)


def _yields(node: ast.AsyncFunctionDef) -> bool:
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, ast.Yield):
            return True
        if not isinstance(inner, Function | ast.Lambda | ast.ClassDef):
            waiting.extend(ast.iter_child_nodes(inner))
    return False
