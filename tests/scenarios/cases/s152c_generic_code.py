"""A value of a type variable without a bound may be anything: nothing is said of it (policy)."""

from collections.abc import Callable
from typing import TypeVar

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter

S = TypeVar("S")
StateLike = TypeVar("StateLike", bound=eqx.nn.State)


# not-run: there is nothing to put in for the type variable
def good_unbounded(step: Callable[[S, Array], tuple[Array, S]], state: S, x: Array) -> S:
    y, new_state = step(state, x)
    return state


def bad_bounded(counter: CompiledCounter, state: StateLike, x: Array) -> StateLike:
    y, new_state = counter(x, state)
    return state  # E: state-stale | line -1
