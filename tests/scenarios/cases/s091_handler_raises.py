"""The handler raises again: only the way without an exception goes on."""

import equinox as eqx
from jaxtyping import Array

from .common import risky


def good_raises_again(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    try:
        new = state.set(index, x)
        risky(flag)
        state = new
    except RuntimeError:
        raise
    return state.get(index)


def good_raises_another(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    try:
        new = state.set(index, x)
        risky(flag)
        state = new
    except RuntimeError as error:
        raise AssertionError("as asked for") from error
    return state.get(index)


def may_swallow(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    try:
        new = state.set(index, x)
        risky(flag)
        state = new
    except RuntimeError:
        print("never mind")
    return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -5
