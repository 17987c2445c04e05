"""Consumed under an `if` without `else`, then read: possible on one path, worded "may"."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


def may_read_after(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    new = state
    if flag:
        new = state.set(index, x)
    return new.get(index) + state.get(index)  # E: state-reuse | "state" | may have been consumed
    #   | "state.set" on line -1


def may_be_stale(counter: CompiledCounter, state: eqx.nn.State, x: Array, flag: bool) -> Array:
    new = state
    if flag:
        x, new = counter(x, state)
    return new.get(counter.index) - state.get(counter.index)  # E: state-stale | "state" | may
    #   | "counter" | line -1


def good_rebound_in_the_arm(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    if flag:
        state = state.set(index, x)
    return state.get(index)
