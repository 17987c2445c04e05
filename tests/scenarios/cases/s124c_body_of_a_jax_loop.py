"""A captured State is not copied: consumed in the body of a JAX loop, the outer object is old."""

import equinox as eqx
import jax
from jaxtyping import Array


def bad_captured(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    def body(total: Array, value: Array) -> tuple[Array, Array]:
        new = state.set(index, value)
        return total + new.get(index), value

    total, ys = jax.lax.scan(body, x, x[None])
    return total + state.get(index)  # E: state-reuse | "state" | line -1
