"""`and`/`or`: the left operand always runs, the right one perhaps."""

import equinox as eqx
from jaxtyping import Array

from .common import positive


def bad_left_consumes(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> bool:
    return positive(state.set(index, x).get(index)) and positive(state.get(index))  # E: state-reuse
    #   | "state" was consumed


def good_right_consumes(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> bool:
    return positive(state.get(index)) or positive(state.set(index, x).get(index))


def may_read_after_a_consuming_right_operand(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    done = flag and positive(state.set(index, x).get(index))
    return state.get(index)  # E: state-reuse | "state" | may have been | "state.set" on line -1


def bad_read_after_a_consuming_left_operand(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    done = positive(state.set(index, x).get(index)) and flag
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1
