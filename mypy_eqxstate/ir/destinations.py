"""What becomes of a value, as far as the syntax around it tells.

A call that hands back a newer State replaces the old one only if the caller keeps the newer one.
`Destination` says so for each part of the result:

    y, _ = f(x, state)        [0] kept, [1] dropped
    y = f(x, state)[0]        [0] kept, the rest not
    out = f(x, state)         kept; but if `out[0]` is all that is ever read of `out`: as above

Limits.  How a name is read is counted over the whole body and the functions in it, not along paths.
A negative index could be any item, so that everything is kept.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from mypy_eqxstate.ir.builder import Builder
from mypy_eqxstate.ir.model import DROPPED, KEPT, Destination, Variable
from mypy_eqxstate.ir.scopes import ScopeKind, constant_key

# Values whose destination can matter: calls, and what passes a call's value on.
_CARRIERS = (
    ast.Call,
    ast.Await,
    ast.IfExp,
    ast.BoolOp,
    ast.NamedExpr,
    ast.Subscript,
    ast.Tuple,
    ast.List,
)


def merge(left: Destination, right: Destination) -> Destination:
    """The destination of a value that goes to both."""
    if left == right:
        return left
    keys = dict.fromkeys(key for key, _ in (*left.items, *right.items))
    items = tuple((key, merge(left.at(key), right.at(key))) for key in keys)
    return Destination(left.kept or right.kept, items)


def of_targets(builder: Builder, targets: Sequence[ast.expr], value: ast.expr) -> Destination:
    """The destination of an assignment's value."""
    if not isinstance(value, _CARRIERS):
        return KEPT
    result = of_target(builder, targets[0])
    for target in targets[1:]:
        result = merge(result, of_target(builder, target))
    return result


def of_target(builder: Builder, target: ast.expr) -> Destination:
    """The destination that one target gives to the value assigned to it."""
    if isinstance(target, ast.Name):
        if builder.scope.kind is ScopeKind.CLASS:
            return KEPT  # an attribute of the class: read from anywhere
        return of_variable(builder, builder.scope.binding_scope().resolve(target.id))
    if isinstance(target, (ast.Tuple, ast.List)):
        items: list[tuple[int | str, Destination]] = []
        for position, element in enumerate(target.elts):
            if isinstance(element, ast.Starred):
                break  # behind it positions are not known: kept
            items.append((position, of_target(builder, element)))
        return Destination(True, tuple(items))
    return KEPT


def of_variable(builder: Builder, variable: Variable) -> Destination:
    """The destination of a value bound to a name."""
    keys = builder.questions.uses(variable)
    if keys is None:
        return KEPT
    if not keys:
        return DROPPED if variable.name.startswith("_") else KEPT
    return Destination(False, tuple((key, KEPT) for key in sorted(keys, key=str)))


def of_subscripted(index: ast.expr, destination: Destination) -> Destination:
    """The destination of `value` in `value[index]`, from that of the whole expression."""
    key = constant_key(index)
    if key is None:
        return KEPT
    return Destination(False, ((key, destination),))
