"""Which item of an overload a call has used.

mypy records the type of the callee as the whole overload, not the item that it chose, so the choice
is made again here: the first item that takes the call's arguments by number, kind and name, and by
their recorded types.  If several are left, the one whose result is the recorded type of the call
goes first.  For

    def load(path: str, *, template: None = None) -> dict[str, Array]: ...
    def load(path: str, *, template: State) -> State: ...

`load("x", template=state)` names the second.

Limits: unions that mypy splits over several items get the first one that fits; type variables are
taken at their bounds.
"""

from __future__ import annotations

from collections.abc import Callable

from mypy.argmap import map_actuals_to_formals
from mypy.erasetype import erase_typevars
from mypy.nodes import ArgKind, CallExpr, Expression
from mypy.subtypes import is_same_type, is_subtype
from mypy.types import AnyType, CallableType, Overloaded, Type, TypeOfAny, get_proper_type

_REQUIRED = (ArgKind.ARG_POS, ArgKind.ARG_NAMED)


def chosen_item(
    overload: Overloaded,
    call: CallExpr,
    type_of: Callable[[Expression], Type | None],
    result: Type | None,
) -> CallableType | None:
    """The item of the overload that the call uses.

    Args:
        overload: the callee's type, without a bound `self`.
        call: the call.
        type_of: the recorded type of an expression.
        result: the recorded type of the call, or None.

    Returns:
        The item, its type variables unsolved; None if no item takes the arguments.
    """
    fitting = [item for item in overload.items if _takes(item, call, type_of)]
    if result is not None and not isinstance(get_proper_type(result), AnyType):
        for item in fitting:
            if is_same_type(erase_typevars(item.ret_type), result):
                return item
        for item in fitting:
            if is_subtype(result, erase_typevars(item.ret_type)):
                return item
    return fitting[0] if fitting else None


def _takes(
    item: CallableType, call: CallExpr, type_of: Callable[[Expression], Type | None]
) -> bool:
    def argument_type(position: int) -> Type:
        return type_of(call.args[position]) or AnyType(TypeOfAny.special_form)

    formals = map_actuals_to_formals(
        call.arg_kinds, call.arg_names, item.arg_kinds, item.arg_names, argument_type
    )
    taken: set[int] = set()
    for formal, actuals in enumerate(formals):
        if not actuals and item.arg_kinds[formal] in _REQUIRED:
            return False
        taken.update(actuals)
        expected = erase_typevars(item.arg_types[formal])
        for actual in actuals:
            if call.arg_kinds[actual] in (ArgKind.ARG_STAR, ArgKind.ARG_STAR2):
                continue
            if not is_subtype(argument_type(actual), expected):
                return False
    stars = (ArgKind.ARG_STAR, ArgKind.ARG_STAR2)
    return all(p in taken or kind in stars for p, kind in enumerate(call.arg_kinds))
