"""Assignment to targets, and their deletion.

Targets are evaluated after the value, left to right, each one completely before the next:

    d[key()], self.x = pair()      # pair(), unpack 0, d, key(), write item, unpack 1, self, write
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from mypy_eqxstate.ir.builder import Builder
from mypy_eqxstate.ir.model import (
    ELEMENTS,
    Compute,
    DeleteVariable,
    Elements,
    Item,
    Temporary,
    Unpack,
    UseKind,
    WriteAttribute,
    WriteItem,
)


def index_key(node: ast.expr) -> Item | Elements:
    """The key that an index is: its value if it is a constant."""
    if isinstance(node, ast.Constant):
        return Item(node.value)
    if (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
        and isinstance(node.operand.value, int)
    ):
        return Item(-node.operand.value)
    return ELEMENTS


def assign(builder: Builder, target: ast.expr, source: Temporary) -> None:
    """`target = source`."""
    if isinstance(target, ast.Name):
        builder.write_name(target.id, source, target)
    elif isinstance(target, ast.Attribute):
        base = builder.expression(target.value)
        builder.emit(WriteAttribute(base, target.attr, source, target))
    elif isinstance(target, ast.Subscript):
        base = builder.expression(target.value)
        index = builder.expression(target.slice)
        builder.emit(WriteItem(base, index, index_key(target.slice), source, target))
    elif isinstance(target, (ast.Tuple, ast.List)):
        unpack(builder, target.elts, source, target)
    elif isinstance(target, ast.Starred):
        assign(builder, target.value, source)
    else:
        operand = builder.approximate(target)
        builder.emit(Compute(None, (operand, source), UseKind.UNKNOWN, target))


def unpack(
    builder: Builder, targets: Sequence[ast.expr], source: Temporary, node: ast.expr
) -> None:
    """`a, *b, c = source`; without any target the source is still iterated."""
    count = len(targets)
    if not count:
        builder.emit(Compute(None, (source,), UseKind.UNKNOWN, node))
    behind_star = False
    for position, target in enumerate(targets):
        is_star = isinstance(target, ast.Starred)
        after = count - position - 1 if is_star else 0
        shown = position - count if behind_star else position
        element = unpack_one(builder, source, shown, count, target, rest=is_star, after=after)
        assign(builder, target, element)
        behind_star = behind_star or is_star


def unpack_one(
    builder: Builder,
    source: Temporary,
    position: int,
    count: int,
    node: ast.AST,
    *,
    rest: bool = False,
    after: int = 0,
) -> Temporary:
    """One element of an unpacking."""
    element = builder.temporary()
    builder.emit(Unpack(element, source, position, count, rest, after, node))
    place = builder.places.get(source)
    if place is not None and not rest and position >= 0:
        builder.places[element] = place.child(Item(position))
    return element


def delete(builder: Builder, target: ast.expr) -> None:
    """`del target`."""
    if isinstance(target, ast.Name):
        variable = builder.scope.resolve(target.id)
        builder.emit(DeleteVariable(variable, target))
    elif isinstance(target, ast.Attribute):
        base = builder.expression(target.value)
        builder.emit(WriteAttribute(base, target.attr, None, target))
    elif isinstance(target, ast.Subscript):
        base = builder.expression(target.value)
        index = builder.expression(target.slice)
        builder.emit(WriteItem(base, index, index_key(target.slice), None, target))
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            delete(builder, element)
    else:
        builder.approximate(target)
