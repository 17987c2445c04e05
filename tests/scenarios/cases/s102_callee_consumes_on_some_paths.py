"""The callee consumes its parameter on some of its paths: counts, worded "may"."""

import equinox as eqx
from jaxtyping import Array


def bump_if(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], wanted: bool) -> eqx.nn.State:
    if wanted:
        return state.set(index, state.get(index) + 1)
    return state


def may_read_after(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], flag: bool) -> Array:
    new = bump_if(state, index, flag)
    return state.get(index)  # E: state-reuse | "state"
    #   | may have been consumed by "bump_if" on line -1


def good_rebound(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], flag: bool) -> Array:
    state = bump_if(state, index, flag)
    return state.get(index)
