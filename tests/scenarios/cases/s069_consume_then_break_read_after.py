"""Consumed and broken out of the loop, then read: dead if the loop got there."""

import equinox as eqx
from jaxtyping import Array


def may_read_after(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int) -> Array:
    for step in range(n):
        x = state.set(index, x).get(index)
        break
    return x + state.get(index)  # E: state-reuse | "state" | may have been consumed | line -2


def good_rebound_before_the_break(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    for step in range(n):
        state = state.set(index, x)
        break
    return state.get(index)
