"""Which item of an overload a call uses, decided without full types.

The first item counts that takes the arguments by number and name, and whose parameters are not
plainly of another shape than the arguments.  If several are left, one whose result has the shape of
the call's type goes first.  For

    def load(path: str, *, template: None = None) -> dict[str, Array]: ...
    def load(path: str, *, template: State) -> State: ...

`load("x", template=state)` uses the second: `None` is no State.

Limit: shapes don't tell an `int` from a `str`; of two items that differ only there, the result
decides, or else the first one counts.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from mypy_eqxstate.oracle.shapes import (
    ClassShape,
    InstanceShape,
    ParameterKind,
    Shape,
    UnionShape,
    UnknownShape,
)
from mypy_eqxstate.oracle.tsp.terms import FunctionTerm, ParameterTerm, Term

_POSITIONAL = (ParameterKind.POSITIONAL, ParameterKind.POSITIONAL_ONLY)


def chosen_item(
    items: Sequence[FunctionTerm],
    call: ast.Call,
    arguments: Mapping[ast.expr, Shape],
    result: Shape,
    shape: Callable[[Term], Shape],
) -> FunctionTerm | None:
    """The item of an overload that a call uses.

    Args:
        items: those of the callee, without a bound `self`.
        call: the call.
        arguments: the shapes of its arguments.
        result: the shape of the call's own type.
        shape: makes shapes of terms.

    Returns:
        The item; None if no item takes the arguments.
    """
    fitting = [item for item in items if _takes(item, call, arguments, shape)]
    if not isinstance(result, UnknownShape):
        for item in fitting:
            if shape(item.result) == result:
                return item
    return fitting[0] if fitting else None


def _takes(
    item: FunctionTerm,
    call: ast.Call,
    arguments: Mapping[ast.expr, Shape],
    shape: Callable[[Term], Shape],
) -> bool:
    if item.parameters is None or _has_stars(call):
        return True
    pairs = _matched(item.parameters, call)
    return pairs is not None and all(
        may_be(arguments[argument], shape(parameter.term)) for parameter, argument in pairs
    )


def _has_stars(call: ast.Call) -> bool:
    return any(isinstance(a, ast.Starred) for a in call.args) or any(
        keyword.arg is None for keyword in call.keywords
    )


def _matched(
    parameters: Sequence[ParameterTerm], call: ast.Call
) -> list[tuple[ParameterTerm, ast.expr]] | None:
    """Each argument with its parameter; None if they don't fit together."""
    positional = [p for p in parameters if p.kind in _POSITIONAL]
    star = next((p for p in parameters if p.kind is ParameterKind.STAR), None)
    double = next((p for p in parameters if p.kind is ParameterKind.DOUBLE_STAR), None)
    pairs = list(zip(positional, call.args, strict=False))
    left = call.args[len(positional) :]
    if left and star is None:
        return None
    pairs += [(star, argument) for argument in left if star is not None]
    by_name = {
        p.name: p
        for p in parameters
        if p.kind in (ParameterKind.POSITIONAL, ParameterKind.KEYWORD_ONLY)
    }
    for keyword in call.keywords:
        parameter = by_name.get(keyword.arg or "", double)
        if parameter is None:
            return None
        pairs.append((parameter, keyword.value))
    given = {id(parameter) for parameter, _ in pairs}
    for parameter in parameters:
        optional = parameter.has_default or parameter in (star, double)
        if not optional and id(parameter) not in given:
            return None
    return pairs


def may_be(given: Shape, wanted: Shape) -> bool:
    """Whether a value of one shape may be given where another shape is wanted; True in doubt."""
    if isinstance(given, UnknownShape) or isinstance(wanted, UnknownShape) or given == wanted:
        return True
    if isinstance(given, UnionShape):
        return all(may_be(item, wanted) for item in given.items)
    if isinstance(wanted, UnionShape):
        return any(may_be(given, item) for item in wanted.items)
    doubtful = (InstanceShape, ClassShape)
    if isinstance(given, doubtful) or isinstance(wanted, doubtful):
        return type(given) is not type(wanted) or given != wanted
    return type(given) is type(wanted)
