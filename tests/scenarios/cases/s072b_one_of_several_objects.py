"""What a call has consumed depends on turns of a loop, or exceptions: it "may" be this object (policy)."""

import contextlib

import equinox as eqx
from jaxtyping import Array

from .common import positive


def may_consumed_in_the_loop_or_behind_it(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, numbers: list[float]
) -> Array:
    newest = state
    for number in numbers:
        newest = newest.set(index, x * number)
    newest = newest.set(index, x)
    return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -2 | line -1


def bad_consumed_in_the_branch_or_behind_it(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    newest = state
    if positive(x):
        newest = newest.set(index, x)
    newest = newest.set(index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -2 | line -1


def may_consumed_in_the_block_or_behind_it(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    newest = state
    with contextlib.suppress(RuntimeError):
            newest = newest.set(index, x)
    newest = newest.set(index, x)
    return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -2 | line -1
