"""`first = second = state`: two names for one object."""

import equinox as eqx
from jaxtyping import Array


def bad_chained(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    first = second = state
    new = first.set(index, x)
    return second.get(index)  # E: state-reuse | "second" | "first.set" on line -1


def bad_chained_results(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    first = second = state.set(index, x)
    first = first.set(index, x)
    return second.get(index)  # E: state-reuse | "second" | line -1


def good_chained_rebinding(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    old = state
    state = old = state.set(index, x)
    return state.get(index) + old.get(index)
