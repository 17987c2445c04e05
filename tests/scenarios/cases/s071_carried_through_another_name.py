"""The new State travels to the next turn through another name."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


def good_carried(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for step in range(3):
        new = state.set(index, x)
        x = new.get(index)
        state = new
    return state.get(index)


def good_carried_in_a_tuple(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    carry = (x, state)
    for step in range(3):
        x, state = carry
        carry = counter(x, state)
    return carry[0]


def bad_carried_too_early(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state
    for step in range(3):
        state = new
        x = state.set(index, x).get(index)  # E: state-reuse | "state" | loop -2
    return x
