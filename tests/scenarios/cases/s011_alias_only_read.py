"""An alias is made, and both names are only read."""

import equinox as eqx
from jaxtyping import Array


def good_both_read(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    same = state
    return state.get(index) + same.get(index)


def good_alias_made_after_the_rebinding(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    state = state.set(index, x)
    same = state
    return state.get(index) + same.get(index)


def good_dead_alias_never_used(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    old = state
    state = state.set(index, x)
    older = old
    return state.get(index)
