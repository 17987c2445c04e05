"""The argument is consumed before the call it is made for raises: the State is gone already."""

import equinox as eqx
from jaxtyping import Array

from .common import risky


def checked(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], fail: bool) -> Array:
    if fail:
        raise RuntimeError("as asked for")
    return state.get(index)


def may_call_raises(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, first: bool, second: bool
) -> Array:
    try:
        risky(first)
        return checked(state.set(index, x), index, second)
    except RuntimeError:
        return state.get(index)  # E: state-reuse | "state" | may have been consumed
        #   | "state.set" on line -2


def good_call_raises(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, first: bool, second: bool
) -> Array:
    try:
        risky(first)
        return checked(state := state.set(index, x), index, second)
    except RuntimeError:
        return state.get(index)
