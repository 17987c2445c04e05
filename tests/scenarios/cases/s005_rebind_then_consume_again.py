"""Bound anew, consumed again, then used: the second consumption is to blame."""

import equinox as eqx
from jaxtyping import Array


def bad_use(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    state = state.set(index, x)
    new = state.set(index, x + 1)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1 | used again


def good_use(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    state = state.set(index, x)
    new = state.set(index, x + 1)
    return new.get(index)
