"""Consumed in both arms, read after them: on every path, so no "may"."""

import equinox as eqx
from jaxtyping import Array


def bad_read_after(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    if flag:
        new = state.set(index, x)
    else:
        new = state.set(index, x + 1)
    return new.get(index) + state.get(index)  # E: state-reuse | "state" was consumed | @-1 | @-3


def good_rebound_after(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    if flag:
        new = state.set(index, x)
    else:
        new = state.set(index, x + 1)
    state = new
    return state.get(index)
