"""What an expression leaves out, or replaces, of a container that it is made of.

    {**states, "a": new}      of `states`, all but `states["a"]`
    states | {"a": new}       the same
    states[1:]                of `states`, all but `states[0]`
    states[:-1] + [new]       of `states`, all but `states[-1]`

So an old State in that place is not used there.

Limit: constant keys only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

NOTHING: frozenset[object] = frozenset()


def replaced_keys(node: ast.AST | None, number: int) -> frozenset[object]:
    """The keys of an operand that what is made of it does not have from there.

    Args:
        node: the expression.
        number: which of the parts that it is made of.
    """
    if isinstance(node, ast.Dict):
        if number < len(node.keys) and node.keys[number] is None:
            return _constants(node.keys[number + 1 :])
    elif isinstance(node, ast.BinOp):
        if number == 0 and isinstance(node.op, ast.BitOr) and isinstance(node.right, ast.Dict):
            return _constants(node.right.keys)
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        first, end = _number(node.slice.lower), _number(node.slice.upper)
        if first is not None and first > 0:
            return frozenset(range(first))
        if end is not None and end < 0:
            return frozenset(range(end, 0))
    return NOTHING


def _constants(keys: Iterable[ast.expr | None]) -> frozenset[object]:
    return frozenset(key.value for key in keys if isinstance(key, ast.Constant))


def _number(node: ast.expr | None) -> int | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _number(node.operand)
        return None if inner is None else -inner
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    return None
