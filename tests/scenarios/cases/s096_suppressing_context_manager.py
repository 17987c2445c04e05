"""A context manager that swallows exceptions joins the aborted body with what follows."""

import contextlib

import equinox as eqx
from jaxtyping import Array

from .common import risky


def may_have_been_aborted(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    with contextlib.suppress(RuntimeError):
        risky(flag)
        x = state.set(index, x).get(index)
    return x + state.get(index)  # E: state-reuse | "state" | may have been consumed | line -1


def may_not_be_rebound(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    with contextlib.suppress(RuntimeError):
        new = state.set(index, x)
        risky(flag)
        state = new
    return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -3


def good_rebound_at_once(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    with contextlib.suppress(RuntimeError):
        risky(flag)
        state = state.set(index, x)
    return state.get(index)


def good_end_of_the_block_raises_nothing(
    first: eqx.nn.State, second: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    try:
        with contextlib.suppress(RuntimeError):
            second = first
    except ValueError:
        new = first.set(index, x)
        return new.get(index) + second.get(index)
    return second.get(index)
