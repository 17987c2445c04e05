"""Consumed and bound anew in the same arm: alive on every path."""

import equinox as eqx
from jaxtyping import Array


def good_same_arm(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    if flag:
        new = state.set(index, x)
        state = new
    return state.get(index)


def may_rebound_another_name(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    if flag:
        new = state.set(index, x)
        stat = new
    return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -2
