"""Two consumptions of one State: the second is worded "consumed again", not "used again"."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


def bad_set_twice(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> tuple[eqx.nn.State, eqx.nn.State]:
    first = state.set(index, x)
    second = state.set(index, x + 1)  # E: state-reuse | "state" was consumed
    #   | "state.set" on line -1 | consumed again
    return first, second


def bad_called_twice(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    y, first = counter(x, state)
    y, second = counter(y, state)  # E: state-stale | "state" is out of date | line -1 | "first"
    return second


def good_each_consumes_the_last(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> eqx.nn.State:
    first = state.set(index, x)
    second = first.set(index, x + 1)
    return second
