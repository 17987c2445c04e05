"""The handler binds the name anew, the body of `try` does not."""

import equinox as eqx
from jaxtyping import Array

from .common import risky


def may_forget(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    try:
        new = state.set(index, x)
        risky(flag)
    except RuntimeError:
        state = other
    return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -4


def good_both_rebind(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    try:
        state = state.set(index, x)
        risky(flag)
    except RuntimeError:
        state = other
    return state.get(index)
