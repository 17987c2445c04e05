"""Expressions as Python writes them, for messages.

What is longer than `MAXIMAL_TEXT` characters is cut: a call becomes `callee(...)`, anything else
ends in `...`.

Only the beginning of a long expression is ever shown.  So of one that spans more than a few lines
only its leftmost part is put into words: of `s.set(i, 1).set(j, 2)...`, a thousand in a row, each
is a part of the next, and writing all of them down whole would take the square of the length.

Limit: such a leftmost part is written without the parentheses that it has in the whole.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Final

MAXIMAL_TEXT: Final = 60
_LONG: Final = 400
_SIMPLE: Final = frozenset({bool, int, str, type(None)})
# What a trailer (`.name`, `[...]`, `(...)`) follows without parentheses.
_TRAILERS: Final = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)


class Written:
    """The texts of one module's expressions, remembered."""

    def __init__(self) -> None:
        self._texts: dict[ast.AST, str] = {}
        self._beginnings: dict[ast.expr, ast.expr] = {}
        self._as_written: dict[ast.expr, str] = {}

    def text(self, node: ast.AST) -> str:
        """An expression as Python writes it, shortened if it is long; "value" for a statement."""
        found = self._texts.get(node)
        if found is None:
            found = self._write(node) if isinstance(node, ast.expr) else "value"
            self._texts[node] = found
        return found

    def forget(self) -> None:
        """Forget all of them, and the nodes."""
        self._texts.clear()
        self._beginnings.clear()
        self._as_written.clear()

    def _write(self, node: ast.expr) -> str:
        shown = self._beginning(node)
        if shown is node:
            found = _as_written(node)
            if len(found) <= MAXIMAL_TEXT:
                return found
        else:
            found = self._as_written.get(shown) or _as_written(shown)
            self._as_written[shown] = found
        if isinstance(node, ast.Call):
            return f"{self.text(node.func)}(...)"
        return f"{found[: MAXIMAL_TEXT - 3]}..."

    def _beginning(self, node: ast.expr) -> ast.expr:
        """The leftmost part of a very long expression that is longer than what is shown; else all.

        It is the same for all very long expressions that begin there.
        """
        if _span(node) <= _LONG:
            return node
        passed: list[ast.expr] = []
        while node not in self._beginnings:
            passed.append(node)
            first = _leftmost(node)
            if first is None or _span(first) <= 2 * MAXIMAL_TEXT:
                self._beginnings[node] = node
                break
            node = first
        found = self._beginnings[node]
        self._beginnings.update(dict.fromkeys(passed, found))
        return found


def _span(node: ast.expr) -> int:
    """About how many characters long an expression is."""
    lines = (node.end_lineno or node.lineno) - node.lineno
    return lines * MAXIMAL_TEXT + (node.end_col_offset or 0) - node.col_offset


def _leftmost(node: ast.expr) -> ast.expr | None:
    match node:
        case ast.BinOp(left=first) | ast.Compare(left=first) | ast.Call(func=first):
            return first
        case ast.Attribute(value=first) | ast.Subscript(value=first) | ast.IfExp(body=first):
            return first
        case ast.BoolOp(values=[first, *_]):
            return first
        case _:
            return None


def _as_written(node: ast.expr) -> str:
    """An expression as Python writes it; `ast.unparse` is slow for what is most common."""
    found = _simple(node)
    return ast.unparse(node) if found is None else found


def _simple(node: ast.expr) -> str | None:
    """Names, constants, attributes, subscripts, displays, and calls; None for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant):
        is_simple = node.kind is None and type(node.value) in _SIMPLE
        return repr(node.value) if is_simple else None
    if isinstance(node, ast.Attribute) and isinstance(node.value, _TRAILERS):
        value = _simple(node.value)
        return None if value is None else f"{value}.{node.attr}"
    if isinstance(node, ast.Tuple | ast.List):
        items = _all_simple(node.elts)
        if items is None:
            return None
        if isinstance(node, ast.List):
            return f"[{', '.join(items)}]"
        return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _simple(node.operand) if isinstance(node.operand, ast.Constant) else None
        return None if value is None else f"-{value}"
    if isinstance(node, ast.Subscript) and isinstance(node.value, _TRAILERS):
        if isinstance(node.slice, ast.Tuple):
            return None  # it is written without parentheses there, or with them
        value, index = _simple(node.value), _simple(node.slice)
        return None if value is None or index is None else f"{value}[{index}]"
    if isinstance(node, ast.Call) and isinstance(node.func, _TRAILERS):
        given = _all_simple([node.func, *node.args, *(each.value for each in node.keywords)])
        if given is None:
            return None
        positional = 1 + len(node.args)
        for number, keyword in enumerate(node.keywords, positional):
            given[number] = ("**" if keyword.arg is None else f"{keyword.arg}=") + given[number]
        return f"{given[0]}({', '.join(given[1:])})"
    if isinstance(node, ast.Starred):
        value = _simple(node.value)
        return None if value is None else f"*{value}"
    return None


def _all_simple(nodes: Sequence[ast.expr]) -> list[str] | None:
    found: list[str] = []
    for node in nodes:
        text = _simple(node)
        if text is None:
            return None
        found.append(text)
    return found
