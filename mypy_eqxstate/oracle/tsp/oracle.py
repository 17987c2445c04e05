"""The oracle that answers from a type server.

`TspOracle` answers about one module without a run of mypy.  What an expression's type is, the
server says (`oracle/tsp/inference.py`); what a definition declares is read from its source
(`oracle/tsp/symbols.py`).  For `state.set(i, v)`:

    shape(state)       ->  asked: class "State", line 41 of _stateful.pyi
                       ->  AffineShape("equinox.nn._stateful.State")
    target(state.set)  ->  `set` in the ancestors of that class
                       ->  "equinox.nn._stateful.State.set"

The first question fetches the types of all expressions that could matter, in one round trip.

An oracle never raises: whatever goes wrong becomes "I don't know", and `faults` keeps what it was.

Limits: of an overload the item is chosen by number, names and shapes of the arguments, not by full
types; type variables are solved only where a parameter is nothing but the variable; names that a
comprehension or a lambda binds are not told from names of the module.
"""

from __future__ import annotations

import ast
import functools
from dataclasses import replace

from mypy_eqxstate.oracle.answering import Answering, answering
from mypy_eqxstate.oracle.protocol import ClassInfo, Declaration
from mypy_eqxstate.oracle.shapes import (
    NONE,
    PLAIN,
    UNKNOWN,
    ParameterKind,
    Shape,
    Signature,
    UnknownShape,
)
from mypy_eqxstate.oracle.tsp.affine_lines import AffineLines, asked_nodes
from mypy_eqxstate.oracle.tsp.inference import Inference
from mypy_eqxstate.oracle.tsp.modules import Definition, Module
from mypy_eqxstate.oracle.tsp.names import Found
from mypy_eqxstate.oracle.tsp.overloads import chosen_item
from mypy_eqxstate.oracle.tsp.reachability import Reachability
from mypy_eqxstate.oracle.tsp.scopes import Assigned, DefinedFunction, Function
from mypy_eqxstate.oracle.tsp.symbols import Symbols
from mypy_eqxstate.oracle.tsp.terms import (
    ANY,
    ClassTerm,
    FunctionTerm,
    ModuleTerm,
    NeverTerm,
    OverloadTerm,
    Term,
    TypeTerm,
    VariableTerm,
    substitute,
)


class TspOracle(Answering):
    """One module's answers.

    Args:
        module: the module; the nodes of all questions are those of its tree.
        symbols: what definitions say.
        inference: what the type server infers.
        lines: the question whether a type can hold an affine object.

    Attributes:
        faults: the first internal fault of each question, by its name.
    """

    def __init__(
        self, module: Module, symbols: Symbols, inference: Inference, lines: AffineLines
    ) -> None:
        super().__init__(module.tree)
        self._module = module
        self._symbols = symbols
        self._inference = inference
        self._lines = lines
        self._fetched = False

    def declaring(self) -> frozenset[str]:
        """Not noted: nothing is kept from one check to the next."""
        return frozenset()

    @answering(None)
    def affine_lines(self) -> frozenset[int] | None:
        """The lines on which an expression's type can hold an affine object; None if not known."""
        nodes = self._asked
        terms = self._terms(nodes)
        if not self._inference.is_answering:
            return None
        return self._lines.of(nodes, terms)

    # --- types of expressions

    @answering(UNKNOWN)
    def shape(self, node: ast.expr) -> Shape:
        """The shape of an expression's inferred type, narrowed at this point; UNKNOWN if none."""
        while isinstance(node, ast.Starred):
            node = node.value
        if isinstance(node, ast.Constant):
            return NONE if node.value is None else PLAIN
        if isinstance(node, ast.JoinedStr | ast.Compare):
            return PLAIN
        found = self._symbols.shapes.shape(self._term(node))
        if isinstance(found, UnknownShape) and isinstance(node, ast.Attribute):
            declared = self._symbols.field(self._term(node.value), node.attr)
            if declared is not None:
                return self._symbols.shapes.shape(declared)
        return found

    @functools.cached_property
    def _asked(self) -> list[ast.expr]:
        return asked_nodes(self._module)

    def _term(self, node: ast.expr) -> Term:
        return self._terms([node])[0]

    def _terms(self, nodes: list[ast.expr]) -> list[Term]:
        if not self._fetched:
            self._fetched = True
            self._inference.expressions(self._module, self._asked)
        return self._inference.expressions(self._module, nodes)

    # --- names

    @answering(None)
    def target(self, node: ast.expr) -> str | None:
        """The full name of the definition that a name or attribute refers to; None for locals."""
        if isinstance(node, ast.Subscript):
            node = node.value
        if not isinstance(node, ast.Name | ast.Attribute):
            return None
        around = self._around.get(node)
        scope = self._module.scope if around is None else self._module.scope_of(around)
        found = self._symbols.names.expression(self._module, scope, node)
        if isinstance(found, Module):
            return found.name
        if found is not None:
            return self._global_name(found)
        return self._attribute_target(node) if isinstance(node, ast.Attribute) else None

    def _global_name(self, found: Found) -> str | None:
        if "<locals>" in found.qualified:
            return None
        definition = self._symbols.class_of(found.full_name)
        if definition is not None and isinstance(found.binding, Assigned):
            return definition.full_name
        return found.full_name

    def _attribute_target(self, node: ast.Attribute) -> str | None:
        if isinstance(node.value, ast.Call) and _is_super(node.value):
            return self._super_target(node)
        base = self._term(node.value)
        if isinstance(base, ModuleTerm):
            return f"{base.name}.{node.attr}"
        names = set()
        for instance in self._symbols.classes_of(base):
            found = self._symbols.classes.member(instance.definition, node.attr)
            names.add(None if found is None else f"{found[0].full_name}.{node.attr}")
        return names.pop() if len(names) == 1 else None

    def _super_target(self, node: ast.Attribute) -> str | None:
        around = self._around.get(node)
        while around is not None and not isinstance(around, ast.ClassDef):
            around = self._module.owner(around)
        if around is None:
            return None
        found = self._symbols.names.of_node(self._module, around)
        definition = self._symbols.annotations.class_of(found)
        if definition is None:
            return None
        for base in self._symbols.classes.mro(definition)[1:]:
            scope = self._symbols.classes.scope(base)
            if scope is not None and node.attr in scope.names:
                return f"{base.full_name}.{node.attr}"
        return None

    @functools.cached_property
    def _around(self) -> dict[ast.expr, Definition]:
        """The function or class around each name and attribute; none at the top of the module."""
        found: dict[ast.expr, Definition] = {}
        waiting: list[tuple[ast.AST, Definition | None]] = [(self._module.tree, None)]
        while waiting:
            node, around = waiting.pop()
            for child in ast.iter_child_nodes(node):
                inner = around
                if isinstance(node, Function | ast.ClassDef) and child in node.body:
                    inner = node
                if isinstance(child, ast.Name | ast.Attribute) and inner is not None:
                    found[child] = inner
                waiting.append((child, inner))
        return found

    # --- calls

    @answering(None)
    def signature(self, call: ast.Call) -> Signature | None:
        """The signature chosen for this call; None if the callee is not typed."""
        items = self._callables(self._term(call.func))
        if not items:
            return None
        result = self._term(call)
        arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
        terms = dict(zip(arguments, self._terms(arguments), strict=True))
        item = items[0] if len(items) == 1 else self._chosen(items, call, terms, result)
        if item is None:
            return None
        item = _solved(item, call, terms)
        if result != ANY:
            item = replace(item, result=result)
        return self._symbols.shapes.signature(item)

    def _callables(self, callee: Term) -> tuple[FunctionTerm, ...]:
        if isinstance(callee, FunctionTerm):
            return (callee,)
        if isinstance(callee, OverloadTerm):
            return callee.items
        if isinstance(callee, ClassTerm):
            return self._symbols.functions.bound(callee.definition, "__call__", callee)
        if isinstance(callee, TypeTerm) and isinstance(callee.instance, ClassTerm):
            made = callee.instance
            return tuple(
                replace(item, result=made)
                for item in self._symbols.constructor_signatures(made.definition)
            )
        return ()

    def _chosen(
        self,
        items: tuple[FunctionTerm, ...],
        call: ast.Call,
        terms: dict[ast.expr, Term],
        result: Term,
    ) -> FunctionTerm | None:
        shape = self._symbols.shapes.shape
        return chosen_item(
            items, call, {node: shape(term) for node, term in terms.items()}, shape(result), shape
        )

    @answering(False)
    def never_returns(self, call: ast.Call) -> bool:
        """The call's type is `Never`/`NoReturn`."""
        return isinstance(self._term(call), NeverTerm)

    @answering(False)
    def swallows_exceptions(self, context: ast.expr) -> bool:
        """The context manager may suppress an exception of its body (`__exit__` -> bool)."""
        term = self._term(context)
        if not isinstance(term, ClassTerm):
            return False
        classes = self._symbols.classes
        found = classes.member(term.definition, "__exit__") or classes.member(
            term.definition, "__aexit__"
        )
        if found is None or not isinstance(found[1], DefinedFunction):
            return False
        return any(
            node.returns is not None
            and ast.unparse(node.returns).strip("'\"") in ("bool", "Literal[True]")
            for node in found[1].nodes
        )

    # --- definitions

    @answering(None)
    def declaration(self, full_name: str) -> Declaration | None:
        """The function or method of this full name (of a class: its constructor), or None."""
        return self._symbols.declaration(full_name)

    @answering(None)
    def class_info(self, full_name: str) -> ClassInfo | None:
        """The class of this full name; None if there is none."""
        return self._symbols.class_info(full_name)

    def is_concerned(self, full_name: str) -> bool:
        """In doubt, the module of a definition imports an affine one."""
        return True

    @answering(None)
    def method(self, class_name: str, name: str) -> Declaration | None:
        """The method that an instance of the class has under this name, looked up by its MRO."""
        return self._symbols.method(class_name, name)

    @answering(None)
    def parameter_signature(self, function: Function) -> Signature | None:
        """The signature of a function of this module, `self` included; None if unannotated."""
        return self._symbols.parameter_signature(self._module, function)

    # --- reachability

    @answering(True)
    def reachable(self, statement: ast.stmt) -> bool:
        """False if the statement is known not to run; True if in doubt."""
        return self._reachability.reachable(statement)

    @functools.cached_property
    def _reachability(self) -> Reachability:
        return Reachability(self._module.tree, lambda nodes: self._terms(list(nodes)))


def _is_super(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "super"


def _solved(item: FunctionTerm, call: ast.Call, terms: dict[ast.expr, Term]) -> FunctionTerm:
    """A signature whose type variables are what the call's arguments say."""
    if item.parameters is None:
        return item
    known: dict[VariableTerm, Term] = {}
    positional = [p for p in item.parameters if p.kind in _POSITIONAL]
    if not any(isinstance(argument, ast.Starred) for argument in call.args):
        pairs = list(zip(positional, call.args, strict=False))
        by_name = {p.name: p for p in item.parameters}
        pairs += [(by_name[k.arg], k.value) for k in call.keywords if k.arg in by_name]
        for parameter, argument in pairs:
            if isinstance(parameter.term, VariableTerm) and terms[argument] != ANY:
                known.setdefault(parameter.term, terms[argument])
    solved = substitute(item, known)
    assert isinstance(solved, FunctionTerm)
    return solved


_POSITIONAL = (ParameterKind.POSITIONAL, ParameterKind.POSITIONAL_ONLY)
