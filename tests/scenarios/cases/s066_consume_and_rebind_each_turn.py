"""Consumed and bound anew in each turn: the training loop."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


def good_training(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    for step in range(3):
        x, state = counter(x, state)
    return x + state.get(counter.index)


def good_while(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    step = 0
    while step < 3:
        state = state.set(index, x)
        step += 1
    return state.get(index)


def bad_rebound_in_some_turns_only(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    for step in range(3):
        new = state.set(index, x)  # E: state-reuse | "state" | loop -1
        if flag:
            state = new
    return x
