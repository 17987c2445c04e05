"""On which lines an expression's type can hold an affine object.

Far more is looked at here than is used, so the question is a coarse one, as in
`oracle/mypy_affine_lines.py`: a class counts if a field of its own does, and only in modules that
may make affine objects are classes looked into.

    def forward(self, x, state: State): ...     the line of every `state`, and of every call of it
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Iterator

from mypy_eqxstate.fullnames import AFFINE_CLASSES, DESCRIBED_PACKAGES
from mypy_eqxstate.oracle.tsp.classes import Classes
from mypy_eqxstate.oracle.tsp.modules import Module
from mypy_eqxstate.oracle.tsp.scopes import Imported
from mypy_eqxstate.oracle.tsp.shapes import ShapeMaker
from mypy_eqxstate.oracle.tsp.terms import (
    ClassDefinition,
    ClassTerm,
    FunctionTerm,
    OverloadTerm,
    Term,
    TupleTerm,
    TypeTerm,
    UnionTerm,
    VariableTerm,
)

_DEPTH = 4
_SILENT = DESCRIBED_PACKAGES - {name.partition(".")[0] for name in AFFINE_CLASSES}
_ASKED = (
    ast.Name,
    ast.Attribute,
    ast.Call,
    ast.Subscript,
    ast.Await,
    ast.NamedExpr,
    ast.IfExp,
    ast.BoolOp,
    ast.BinOp,
    ast.List,
    ast.Tuple,
    ast.Dict,
    ast.ListComp,
)


def asked_nodes(module: Module) -> list[ast.expr]:
    """The expressions of a module whose types are asked for at once.

    Left out is what names a part of a package that knows nothing of affine objects, as `jnp.sum`.
    """
    silent = set(_silent_names(module))
    found: list[ast.expr] = []
    waiting: list[ast.AST] = [module.tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name | ast.Attribute) and _root(node) in silent:
            continue
        if isinstance(node, _ASKED):
            found.append(node)
        waiting.extend(ast.iter_child_nodes(node))
    return found


def _silent_names(module: Module) -> Iterator[str]:
    for name, binding in module.scope.names.items():
        if isinstance(binding, Imported):
            top = binding.module.partition(".")[0]
            if top in sys.stdlib_module_names or top in _SILENT:
                yield name


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


class AffineLines:
    """The question whether a term can hold an affine object, remembered per class and term.

    Args:
        shapes: knows which classes are affine.
        classes: the contents of classes.
        concerned: whether a module may make affine objects.
    """

    def __init__(
        self, shapes: ShapeMaker, classes: Classes, concerned: Callable[[str], bool]
    ) -> None:
        self._shapes = shapes
        self._classes = classes
        self._concerned = concerned
        self._holders: dict[str, bool] = {}
        self._terms: dict[Term, bool] = {}

    def of(self, nodes: Iterable[ast.expr], terms: Iterable[Term]) -> frozenset[int]:
        """The lines of the expressions whose type can hold an affine object."""
        found: set[int] = set()
        for node, term in zip(nodes, terms, strict=True):
            known = self._terms.get(term)
            if known is None:
                known = self._terms[term] = self.holds(term)
            if known:
                found.add(node.lineno)
        return frozenset(found)

    def holds(self, term: Term | None, depth: int = _DEPTH) -> bool:
        """Whether a value of this type can hold an affine object, or is a callable about one."""
        if term is None or depth == 0:
            return False
        if isinstance(term, ClassTerm):
            return self._class_holds(term.definition, depth) or any(
                self.holds(argument, depth - 1) for argument in term.arguments
            )
        if isinstance(term, FunctionTerm):
            return self.holds(term.result, depth - 1) or any(
                self.holds(parameter.term, depth - 1) for parameter in term.parameters or ()
            )
        if isinstance(term, TupleTerm | UnionTerm | OverloadTerm):
            return any(self.holds(item, depth) for item in term.items)
        if isinstance(term, TypeTerm):
            return self.holds(term.instance, depth - 1)
        if isinstance(term, VariableTerm):
            return (
                self._shapes.names_variable(term)
                or self.holds(term.bound, depth - 1)
                or any(self.holds(value, depth - 1) for value in term.values)
            )
        return False

    def _class_holds(self, definition: ClassDefinition, depth: int) -> bool:
        name = definition.full_name
        known = self._holders.get(name)
        if known is None:
            self._holders[name] = False  # while it is being found out: a recursive class
            known = self._holders[name] = self._shapes.is_affine(definition) or any(
                self._field_holds(term, depth - 1)
                for base in self._classes.mro(definition)
                if self._concerned(base.module.name)
                for term in self._classes.own_fields(base).values()
            )
        return known

    def _field_holds(self, term: Term, depth: int) -> bool:
        """A member that holds one; what a method hands out shows where the method is called."""
        return not isinstance(term, FunctionTerm | OverloadTerm) and self.holds(term, depth)
