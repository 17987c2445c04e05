"""A submodule reached through its package (`jax.core`) makes mypy forget what the module imports."""

import equinox as eqx
import jax
from jaxtyping import Array


def bad_reuse(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    if isinstance(x, jax.core.Tracer):
        return x
    new = state.set(index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1
