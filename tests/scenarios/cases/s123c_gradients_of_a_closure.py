"""A captured State is not copied: consumed inside a gradient, the outer object is old."""

import equinox as eqx
import jax
from jaxtyping import Array


def bad_captured(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    def loss(y: Array) -> Array:
        new = state.set(index, x)
        return y * new.get(index)

    slope = jax.grad(loss)(x)
    return slope + state.get(index)  # E: state-reuse | "state" | line -1


def good_captured_and_read(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    slope = jax.grad(lambda y: y * state.get(index))(x)
    return slope + state.get(index)
