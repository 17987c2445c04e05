"""A walrus binds inside the expression."""

import equinox as eqx
from jaxtyping import Array

from .common import positive


def both(first: eqx.nn.State, second: Array) -> Array:
    return second


def good_revived(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    return both((state := state.set(index, x)), state.get(index))


def bad_other_name(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    return both((new := state.set(index, x)), state.get(index))  # E: state-reuse
    #   | "state" was consumed | line +0


def good_in_a_condition(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    if positive((state := state.set(index, x)).get(index)):
        return state.get(index)
    return x
