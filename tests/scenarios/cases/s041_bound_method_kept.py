"""A bound method keeps its receiver: calling it twice consumes twice."""

import equinox as eqx
from jaxtyping import Array


def bad_called_twice(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> tuple[eqx.nn.State, eqx.nn.State]:
    set_count = state.set
    first = set_count(index, x)
    second = set_count(index, x)  # E: state-reuse | set_count | line -1 | consumed again
    return first, second


def bad_receiver_read(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    set_count = state.set
    new = set_count(index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed by "set_count" on line -1


def bad_bound_read(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    read = state.get
    new = state.set(index, x)
    return read(index)  # E: state-reuse | "state.set" on line -1


def good_called_once(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    set_count = state.set
    state = set_count(index, x)
    return state.get(index)
