"""A name that still stands for the State of the turn before."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


def bad_turn_before(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    before = state
    for step in range(3):
        x = x + before.get(index)  # E: state-reuse | "before" | "state.set" | loop -1
        before = state
        state = state.set(index, x)
    return x


def good_turn_before_superseded(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    before = state
    for step in range(3):
        x = x + before.get(counter.index)
        before = state
        x, state = counter(x, state)
    return x


def good_value_of_the_turn_before(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    before = state.get(index)
    for step in range(3):
        x = x + before
        before = state.get(index)
        state = state.set(index, x)
    return x
