"""Read at the top of a loop, consumed at its bottom: the next turn reads a dead State."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


def bad_loop(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for step in range(3):
        x = x + state.get(index)  # E: state-reuse | "state" | used again | loop -1
        new = state.set(index, x)
    return x


def bad_stale_loop(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    new = state
    for step in range(3):
        x = x + state.get(counter.index)  # E: state-stale | "state" | "counter" | loop -1
        x, new = counter(x, state)
    return new


def good_loop(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for step in range(3):
        x = x + state.get(index)
        new = state.set(index, x)
        state = new
    return x
