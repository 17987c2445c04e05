"""One State for two parameters of a call that consumes both."""

import equinox as eqx
from jaxtyping import Array


def absorb_both(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    first = state.set(index, x)
    second = other.set(index, x)
    return first.get(index) + second.get(index)


def bad_same_for_both(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    return absorb_both(state, state, index, x)  # E: state-reuse | "state" | "absorb_both"


def bad_two_sets(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> tuple[eqx.nn.State, eqx.nn.State]:
    return state.set(index, x), state.set(index, x)  # E: state-reuse | "state" was consumed
    #   | consumed again


def good_two_states(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    return absorb_both(state, other, index, x)
