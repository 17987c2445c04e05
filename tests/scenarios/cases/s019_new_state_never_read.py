"""The new State is bound and never read. Policy: no rule of ours, linters report unused names."""

import equinox as eqx
from jaxtyping import Array


def good_never_read(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    return x


def good_overwritten(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    state = state.set(index, x)
    state = other
    return state.get(index)
