# needs: jax 0.6.1
"""`jax.shard_map` carries the contract of what it was made of."""

import equinox as eqx
import jax
from jaxtyping import Array

from .common import CompiledCounter


# not-run: needs a mesh
def bad_shard_map(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    y, new = jax.shard_map(counter, mesh=None, in_specs=None, out_specs=None)(x, state)
    return state  # E: state-stale | line -1
