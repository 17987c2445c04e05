"""Code that cannot be reached is quiet: other versions, other platforms, after a return."""

import sys
from typing import TYPE_CHECKING

import equinox as eqx
from jaxtyping import Array


def good_other_version(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    if sys.version_info < (3, 8):
        return state.get(index)
    return new.get(index)


def good_other_platform(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    if sys.platform == "cygwin":
        return state.get(index)
    return new.get(index)


def good_after_return(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    return new.get(index)
    return state.get(index)


def good_constant_condition(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = state.set(index, x)
    if False:
        return state.get(index)
    while True:
        return new.get(index)
    return state.get(index)


def good_only_for_the_type_checker(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = state.set(index, x)
    if TYPE_CHECKING:
        same: eqx.nn.State = state
    return new.get(index)


def bad_this_version(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    if sys.version_info >= (3, 8):
        return state.get(index)  # E: state-reuse | "state" was consumed | line -2
    return new.get(index)
