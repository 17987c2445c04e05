"""The condition itself consumes: both arms see a dead State."""

import equinox as eqx
from jaxtyping import Array

from .common import positive


def bad_first_arm(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    if positive(state.set(index, x).get(index)):
        return state.get(index)  # E: state-reuse | "state" was consumed | "state.set" on line -1
    return x


def bad_second_arm(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    if positive(state.set(index, -x).get(index)):
        return x
    else:
        return state.get(index)  # E: state-reuse | "state" was consumed | "state.set" on line -3


def bad_after_both(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    if positive(state.set(index, x).get(index)):
        x = x + 1
    return x + state.get(index)  # E: state-reuse | "state" was consumed | "state.set" on line -2


def good_bound_in_the_condition(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    if positive((state := state.set(index, x)).get(index)):
        return state.get(index)
    return x - state.get(index)
