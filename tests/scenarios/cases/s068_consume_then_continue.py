"""Consumed, then `continue`: the next turn consumes it again."""

import equinox as eqx
from jaxtyping import Array

from .common import positive


def bad_continue(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for step in range(3):
        if positive(x):
            x = state.set(index, x).get(index)  # E: state-reuse | "state" | loop -2
            continue
        break
    return x


def good_rebound_before_the_continue(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for step in range(3):
        if positive(x):
            state = state.set(index, x)
            continue
        x = x + state.get(index)
    return x
