"""Consumed in `try`, read in `except`: dead if the exception came after the consumption."""

import equinox as eqx
from jaxtyping import Array

from .common import risky


def may_read_in_the_handler(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, first: bool, second: bool
) -> Array:
    try:
        risky(first)
        new = state.set(index, x)
        risky(second)
        return new.get(index)
    except RuntimeError:
        return state.get(index)  # E: state-reuse | "state" | may have been consumed
        #   | "state.set" on line -4


def good_consumption_is_the_last_step(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    try:
        risky(flag)
        new = state.set(index, x)
    except RuntimeError:
        return state.get(index)
    return new.get(index)


def good_rebound_at_once(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    try:
        state = state.set(index, x)
        risky(flag)
    except RuntimeError:
        return state.get(index)
    return state.get(index) + 1
