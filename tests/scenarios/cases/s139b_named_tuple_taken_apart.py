"""A NamedTuple made and taken apart where nothing is annotated."""

from typing import NamedTuple

import equinox as eqx
from jaxtyping import Array


class Two(NamedTuple):
    first: eqx.nn.State
    second: eqx.nn.State


def bad_first_consumed(state, index: eqx.nn.StateIndex[Array], x: Array):
    two = Two(state, state)
    x = x + state.get(index)
    state = state.set(index, x)
    first, _ = two
    return first.get(index)  # E: state-reuse | "first" | "state.set" on line -2


def good_second_consumed(state, other, index: eqx.nn.StateIndex[Array], x: Array):
    two = Two(state, other)
    other = other.set(index, x)
    first, _ = two
    return first.get(index)
