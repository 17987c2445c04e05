"""`a, b = b, a` swaps what the names stand for."""

import equinox as eqx
from jaxtyping import Array


def good_swapped(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    state, other = other, state
    state = state.set(index, x)
    return state.get(index) + other.get(index)


def bad_swapped(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    first = state
    state, other = other, state
    new = other.set(index, x)
    return state.get(index) + first.get(index)  # E: state-reuse | "first" | "other.set" on line -1


def bad_dead_one_swapped_in(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = state.set(index, x)
    state, other = other, state
    y = state.get(index)
    return y + other.get(index)  # E: state-reuse | "other" | "state.set" on line -3
