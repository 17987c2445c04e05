"""Consumed first, bound anew in one arm only: the rebinding may be skipped."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


def may_be_skipped(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    new = state.set(index, x)
    if flag:
        state = new
    return state.get(index)  # E: state-reuse | "state" | may have been consumed
    #   | "state.set" on line -3


def may_stay_stale(counter: CompiledCounter, state: eqx.nn.State, x: Array, flag: bool) -> Array:
    x, new = counter(x, state)
    if flag:
        state = new
    return state.get(counter.index)  # E: state-stale | "state" | may | line -3


def good_rebound_by_every_path(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    new = state.set(index, x)
    if flag:
        state = new
    else:
        state = new.set(index, x)
    return state.get(index)
