"""Two loops, each with a State of its own."""

import equinox as eqx
from jaxtyping import Array


def good_one_each(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for step in range(3):
        state = state.set(index, x)
    for step in range(3):
        other = other.set(index, x)
    return state.get(index) + other.get(index)


def bad_started_from_the_same(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    first = state
    for step in range(3):
        first = first.set(index, x)
    second = state
    for step in range(3):
        second = second.set(index, x)  # E: state-reuse | "second" | "first.set" | @-3
    return second.get(index)
