"""Conditions that are not followed: a flag in a callee, and `p and q` as a whole (policy)."""

import equinox as eqx
from jaxtyping import Array


def unless(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], inference: bool
) -> eqx.nn.State:
    if inference:
        return state
    return state.set(index, state.get(index) + 1)


# silent-at-run-time: the flag says that the callee consumes nothing
def may_flag_of_the_callee(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    same = unless(state, index, True)
    return same.get(index) + state.get(index)  # E: state-reuse | "state"
    #   | may have been consumed | line -1


# silent-at-run-time: both ask for the same
def may_condition_of_two_parts(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, first: bool, second: bool
) -> Array:
    if first and second:
        new = state
    else:
        new = state.set(index, x)
    if first and second:
        x = state.get(index)  # E: state-reuse | "state"
        #   | may have been consumed | line -2
    return x + new.get(index)


def good_condition_of_one_part(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, first: bool
) -> Array:
    if first:
        new = state
    else:
        new = state.set(index, x)
    if first:
        x = state.get(index)
    return x + new.get(index)
