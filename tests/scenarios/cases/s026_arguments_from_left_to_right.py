"""Arguments are evaluated from left to right."""

import equinox as eqx
from jaxtyping import Array


def both(first: Array, second: Array) -> Array:
    return first + second


def good_read_then_consume(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    return both(state.get(index), state.set(index, x).get(index))


def bad_consume_then_read(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    return both(state.set(index, x).get(index), state.get(index))  # E: state-reuse
    #   | "state" was consumed | line +0


def good_tuple(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> tuple[Array, eqx.nn.State]:
    return state.get(index), state.set(index, x)


def bad_tuple(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> tuple[eqx.nn.State, Array]:
    return state.set(index, x), state.get(index)  # E: state-reuse | "state" was consumed | line +0
