"""The State comes back inside the auxiliary output of a gradient; the name is bound anew."""

import equinox as eqx
import jax
from jaxtyping import Array


def loss(
    x: Array, state: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> tuple[Array, eqx.nn.State]:
    count = state.get(index) + 1
    return x * count, state.set(index, count)


def good_value_and_grad(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    (y, state), slope = jax.value_and_grad(loss, has_aux=True)(x, state, index)
    return y + slope + state.get(index)


def good_filter_value_and_grad(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    (y, state), slope = eqx.filter_value_and_grad(loss, has_aux=True)(x, state, index)
    return y + slope + state.get(index)


def good_grad(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    slope, state = jax.grad(loss, has_aux=True)(x, state, index)
    return slope + state.get(index)


def good_evaluation_behind_jit(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    slope_of = jax.jit(jax.grad(loss, has_aux=True))
    slope, _ = slope_of(x, state, index)
    return slope + state.get(index)
