"""The test of a `while` consumes: the second test finds the State dead."""

import equinox as eqx
from jaxtyping import Array

from .common import positive


def bad_test(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    while positive(state.set(index, x).get(index)):  # E: state-reuse | "state" | loop +0
        x = x + 1
    return x


def good_test_binds(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    while positive((state := state.set(index, x)).get(index)):
        x = x - 1
    return state.get(index)


def bad_body_reads(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    while positive(state.set(index, x).get(index)):
        return state.get(index)  # E: state-reuse | "state" was consumed | line -1
    return x
