"""Bound anew in every arm: alive after all of them."""

import equinox as eqx
from jaxtyping import Array


def good_every_arm(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    new = state.set(index, x)
    if n == 0:
        state = new
    elif n == 1:
        state = new.set(index, x)
    else:
        state = other
    return state.get(index)


def may_one_arm_forgotten(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    new = state.set(index, x)
    if n == 0:
        state = new
    elif n == 1:
        pass
    else:
        state = other
    return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -7
