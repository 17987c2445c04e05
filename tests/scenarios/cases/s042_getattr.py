"""`getattr` with a constant name is the attribute."""

import equinox as eqx
from jaxtyping import Array


def bad_read_after(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = getattr(state, "set")(index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1


def bad_get_by_name(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> object:
    new = state.set(index, x)
    return getattr(state, "get")(index)  # E: state-reuse | "state" was consumed
    #   | "state.set" on line -1


def good_rebound(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    state = getattr(state, "set")(index, x)
    return state.get(index)
