"""`State.set(state, ...)` is the method call written another way."""

import equinox as eqx
from jaxtyping import Array


def bad_read_after(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = eqx.nn.State.set(state, index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1


def bad_unbound_read(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    return eqx.nn.State.get(state, index)  # E: state-reuse | "state" was consumed
    #   | "state.set" on line -1


def good_rebound(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    state = eqx.nn.State.set(state, index, x)
    return eqx.nn.State.get(state, index)
