"""`cast` and `assert_type` return their argument: aliases, no copies."""

from typing import cast

import equinox as eqx
from jaxtyping import Array
from typing_extensions import assert_type


def bad_cast(state: object, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    old = cast(eqx.nn.State, state)
    again = cast("eqx.nn.State", state)
    new = old.set(index, x)
    return again.get(index)  # E: state-reuse | "again" | "old.set" on line -1


def bad_assert_type(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    old = assert_type(state, eqx.nn.State)
    new = state.set(index, x)
    return old.get(index)  # E: state-reuse | "old" | "state.set" on line -1


def good_cast(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    state = cast(eqx.nn.State, state).set(index, x)
    return assert_type(state, eqx.nn.State).get(index)
