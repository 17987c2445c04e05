"""Consumed in a loop without a rebinding: reported at the consumption itself, for the next turn."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter, positive


def bad_for(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for step in range(3):
        new = state.set(index, x)  # E: state-reuse | "state" | "state.set" | loop -1
        x = new.get(index)
    return x


def bad_while(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    while positive(x):
        new = state.set(index, x)  # E: state-reuse | "state" | "state.set" | loop -1
        x = new.get(index)
    return x


def bad_stale_in_a_loop(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    new = state
    for step in range(3):
        x, new = counter(x, state)  # E: state-stale | "state" | "counter" | loop -1
    return new


def good_evaluation_in_a_loop(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    for step in range(3):
        x, _ = counter(x, state)
    return x
