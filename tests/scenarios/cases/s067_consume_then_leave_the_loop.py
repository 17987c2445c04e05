"""Consumed, then out of the loop by break or return: there is no next turn."""

import equinox as eqx
from jaxtyping import Array


def good_break(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int) -> Array:
    new = state
    for step in range(n):
        new = state.set(index, x)
        break
    return new.get(index)


def good_return(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int) -> Array:
    for step in range(3):
        if step == n:
            return state.set(index, x).get(index)
        x = x + state.get(index)
    return x


def bad_break_of_an_inner_loop(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for epoch in range(3):
        for step in range(3):
            x = state.set(index, x).get(index)  # E: state-reuse | "state" | loop -2
            break
    return x
