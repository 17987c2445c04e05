"""Appended to a list, consumed by its name, read through the list."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


def bad_appended(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    states: list[eqx.nn.State] = []
    states.append(state)
    new = state.set(index, x)
    return states[0].get(index)  # E: state-reuse | "states[0]" | "state.set" on line -1


def bad_history(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    history = [state]
    state = state.set(index, x)
    history.append(state)
    state = state.set(index, x)
    return history[-1].get(index)  # E: state-reuse | "history[-1]" | "state.set"


def good_history_of_superseded_ones(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> Array:
    history: list[eqx.nn.State] = []
    for step in range(3):
        history.append(state)
        x, state = counter(x, state)
    return history[0].get(counter.index)


def good_appended_after(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    states: list[eqx.nn.State] = []
    new = state.set(index, x)
    states.append(new)
    return states[0].get(index)
