"""The fields of an object are evaluated as written: reads before the one that consumes."""

from dataclasses import dataclass
from typing import NamedTuple

import equinox as eqx
from jaxtyping import Array


@dataclass
class Step:
    value: Array
    state: eqx.nn.State


class Reversed(NamedTuple):
    state: eqx.nn.State
    value: Array


def good_read_first(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Step:
    return Step(state.get(index), state.set(index, x))


def bad_read_after(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Reversed:
    return Reversed(state.set(index, x), state.get(index))  # E: state-reuse | "state" was consumed
    #   | line +0


def good_keywords_as_written(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Reversed:
    return Reversed(value=state.get(index), state=state.set(index, x))


def bad_keywords_as_written(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Step:
    return Step(state=state.set(index, x), value=state.get(index))  # E: state-reuse
    #   | "state" was consumed | line +0
