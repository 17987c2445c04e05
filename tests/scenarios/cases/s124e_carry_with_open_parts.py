"""A carry whose annotation leaves the State open: what the loop is given says what it is."""

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array

Step = Callable[[Array, eqx.nn.State], Any]


def bad_open(x: Array, state: eqx.nn.State, step: Step) -> Any:
    def body(data: tuple[Array, Any]) -> tuple[Array, Any]:
        x, state = data
        x, new_state = step(x, state)
        y, state = step(x, state)  # E: state-stale | line -1 | new_state
        return y, state

    return lax.while_loop(lambda data: data[0] < 3, body, (x, state))


def good_open(x: Array, state: eqx.nn.State, step: Step) -> Any:
    def body(data: tuple[Array, Any]) -> tuple[Array, Any]:
        x, state = data
        x, state = step(x, state)
        x, state = step(x, state)
        return x, state

    return lax.while_loop(lambda data: data[0] < 3, body, (x, state))


def good_plain(x: Array) -> Any:
    """Nothing in this carry is a State, whatever it is called."""

    def body(data: tuple[Array, Any]) -> tuple[Array, Any]:
        x, state = data
        new_state = state + x
        return x + 1, state * new_state

    return lax.while_loop(lambda data: data[0] < 3, body, (x, jnp.zeros(())))
