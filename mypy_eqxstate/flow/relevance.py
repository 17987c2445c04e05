"""Which functions of a module an affine object can reach.

A training package has hundreds of functions, and a State passes through a few.  Only these are
worth solving.  Three grounds make a function relevant:

- by type: the type checker gives an expression in it a type that can hold an affine object
  (`Oracle.affine_lines`);
- by name, where there are no types: it mentions an affine class, something that produces one
  (`make_with_state`), or a relevant function or field of the module; worked out to a fixpoint;
- by what it returns: a function that is defined inside it.  Its callers get a callable whose
  contract is its body.

A function that is not relevant is still looked at when a call passes it something affine, or a
callable (`flow/bodies.py`).

Example.  In a module with `def init(): return eqx.nn.make_with_state(Net)()` and an unannotated
`def main(): m, s = init()`, `init` is relevant because it names a producer, and `main` because it
names `init`.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterable, Mapping

from mypy_eqxstate.ir.model import FunctionNode


class Relevance:
    """The relevant functions of one module.

    Args:
        functions: all functions by qualified name.
        lines: the lines on which types can hold an affine object; None if there are no types.
        names: names of affine classes and of what produces their objects.
    """

    def __init__(
        self,
        functions: Mapping[str, FunctionNode],
        lines: frozenset[int] | None,
        names: Iterable[str],
    ) -> None:
        self._lines = sorted(lines or ())
        self._relevant: set[FunctionNode] = set()
        self._find(functions, set(names))

    def __contains__(self, node: object) -> bool:
        return node in self._relevant

    def __bool__(self) -> bool:
        return bool(self._relevant) or bool(self._lines)

    def _find(self, functions: Mapping[str, FunctionNode], names: set[str]) -> None:
        waiting: list[tuple[str, FunctionNode, frozenset[str]]] = []
        for qualified, node in functions.items():
            if self._has_line(node) or _returns_function(node):
                self._relevant.add(node)
                if qualified.endswith(".__init__"):
                    names |= _stored_fields(node)
                names.add(qualified.rpartition(".")[2])
            else:
                waiting.append((qualified, node, mentioned_names(node)))
        found = True
        while found:
            found = False
            rest: list[tuple[str, FunctionNode, frozenset[str]]] = []
            for entry in waiting:
                qualified, node, mentioned = entry
                if mentioned.isdisjoint(names):
                    rest.append(entry)
                    continue
                self._relevant.add(node)
                name = qualified.rpartition(".")[2]
                if name == "__init__":
                    names |= _stored_fields(node)
                if name not in _COMMON_NAMES and name not in names:
                    names.add(name)
                found = True
            waiting = rest

    def _has_line(self, node: FunctionNode) -> bool:
        place = bisect_left(self._lines, node.lineno)
        end = node.end_lineno or node.lineno
        return place < len(self._lines) and self._lines[place] <= end


# Methods of these names are too many for their mention to say anything.
_COMMON_NAMES = frozenset({"__init__", "__call__", "<lambda>", "forward", "main"})


def mentioned_names(node: ast.AST) -> frozenset[str]:
    """All names and attribute names in a piece of syntax, and words of string annotations."""
    found: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            found.add(inner.id)
        elif isinstance(inner, ast.Attribute):
            found.add(inner.attr)
    return frozenset(found)


def _stored_fields(node: FunctionNode) -> frozenset[str]:
    """The fields that a constructor stores something in."""
    return frozenset(
        inner.attr
        for inner in ast.walk(node)
        if isinstance(inner, ast.Attribute)
        and isinstance(inner.ctx, ast.Store)
        and isinstance(inner.value, ast.Name)
    )


def _returns_function(node: FunctionNode) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    inner = {
        statement.name
        for statement in node.body
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    for statement in node.body:
        if isinstance(statement, ast.Return) and statement.value is not None:
            if isinstance(statement.value, ast.Lambda):
                return True
            if inner and not inner.isdisjoint(mentioned_names(statement.value)):
                return True
    return False
