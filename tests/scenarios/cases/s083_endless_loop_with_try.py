"""`while True` with `try` and `continue`: the next attempt consumes again."""

import equinox as eqx
from jaxtyping import Array
from mypy_eqxstate import clone

from .common import risky


def bad_next_attempt(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    while True:
        try:
            new = state.set(index, x)  # E: state-reuse | "state" | loop -2
            risky(True)
        except RuntimeError:
            continue
        return new.get(index)


def good_each_attempt_on_a_copy(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    while True:
        try:
            new = clone(state).set(index, x)
            risky(n > 0)
        except RuntimeError:
            n -= 1
            continue
        return new.get(index)


def good_rebound_before_the_risk(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    while True:
        try:
            state = state.set(index, x)
            risky(n > 0)
        except RuntimeError:
            n -= 1
            continue
        return state.get(index)
