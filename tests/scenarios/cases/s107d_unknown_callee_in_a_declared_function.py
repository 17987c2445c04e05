"""The body calls something unknown, yet the result is declared: what is returned as a State is newer."""

from typing import Any

import equinox as eqx
from jaxtyping import Array


def loss(model: Any, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
    return model(x, state)


def bad_old_name(
    model: Any, state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    value, new = loss(model, x, state)
    return value + state.get(index)  # E: state-stale | "state" is out of date | "loss" | "new"


def good_rebound(
    model: Any, state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    value, state = loss(model, x, state)
    return value + state.get(index)
