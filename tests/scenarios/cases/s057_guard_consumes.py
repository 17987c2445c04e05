"""The guard of a case consumes; when it fails, the later cases find the State dead."""

import equinox as eqx
from jaxtyping import Array

from .common import positive


def bad_later_case(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int) -> Array:
    match n:
        case _ if positive(state.set(index, -x).get(index)):
            return x
        case _:
            return state.get(index)  # E: state-reuse | "state" was consumed
            #   | "state.set" on line -3


def may_guard_not_reached(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    match n:
        case 0 if positive(state.set(index, -x).get(index)):
            return x
        case _:
            return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -3


def good_guard_reads(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    match n:
        case _ if positive(state.get(index)):
            return state.set(index, x).get(index)
        case _:
            return state.get(index)
