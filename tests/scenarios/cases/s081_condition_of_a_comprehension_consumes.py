"""The condition of a comprehension consumes a name from outside."""

import equinox as eqx
from jaxtyping import Array

from .common import positive


def bad_condition(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], values: list[Array]
) -> list[Array]:
    return [v for v in values if positive(state.set(index, v).get(index))]  # E: state-reuse
    #   | "state" | loop +0


def bad_condition_then_element(
    states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> list[Array]:
    return [s.get(index) for s in states if positive(s.set(index, x).get(index))]  # E: state-reuse
    #   | "s" was consumed


def good_condition_reads(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], values: list[Array]
) -> list[Array]:
    return [value for value in values if positive(state.get(index) + value)]
