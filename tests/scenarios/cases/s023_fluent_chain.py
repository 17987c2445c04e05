"""A chain of `.set` calls: each consumes the temporary of the one before."""

import equinox as eqx
from jaxtyping import Array


def good_chain(
    state: eqx.nn.State,
    index: eqx.nn.StateIndex[Array],
    other_index: eqx.nn.StateIndex[Array],
    x: Array,
) -> Array:
    state = state.set(index, x).set(other_index, x)
    return state.get(index) + state.get(other_index)


def bad_start_of_the_chain(
    state: eqx.nn.State,
    index: eqx.nn.StateIndex[Array],
    other_index: eqx.nn.StateIndex[Array],
    x: Array,
) -> Array:
    new = state.set(index, x).set(other_index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed | "state.set" on line -1


def bad_chain_dropped(
    state: eqx.nn.State,
    index: eqx.nn.StateIndex[Array],
    other_index: eqx.nn.StateIndex[Array],
    x: Array,
) -> Array:
    state.set(index, x).set(other_index, x)  # E: state-dropped
    return x
