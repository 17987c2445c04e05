"""An ordinary `with`: its body runs once, to the end."""

import equinox as eqx
import jax
from jaxtyping import Array

from .common import risky


def good_with(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    with jax.named_scope("step"):
        state = state.set(index, x)
    return state.get(index)


def good_rebound_at_the_end_of_the_body(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    with jax.named_scope("step"):
        new = state.set(index, x)
        risky(flag)
        state = new
    return state.get(index)


def bad_with(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    with jax.named_scope("step"):
        new = state.set(index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1
