"""Bound anew only in the body of a loop that may have no turn at all."""

import equinox as eqx
from jaxtyping import Array


def may_have_no_turn(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    new = state.set(index, x)
    for step in range(n):
        state = new
    return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -3


def may_while(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool) -> Array:
    new = state.set(index, x)
    while flag:
        state = new
        break
    return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -4


def good_at_least_one_turn(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    while True:
        state = new
        break
    return state.get(index)
