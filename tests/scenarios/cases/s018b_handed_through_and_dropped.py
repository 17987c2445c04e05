"""A result that is only waited for is dropped as it would be without that: policy."""

import equinox as eqx
import jax
from jaxtyping import Array

from .common import CompiledCounter, EagerCounter


def good_timed(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    for turn in range(3):
        jax.block_until_ready(counter(x, state))
    _ = jax.block_until_ready(counter(x, state))
    return state


def good_part_thrown_away(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    y, _ = jax.block_until_ready(counter(x, state))
    return state


def bad_kept(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    y, new = jax.block_until_ready(counter(x, state))
    print(new)
    return state  # E: state-stale | "state" is out of date | line -2


# raises-later: it returns the old object
def bad_marked_as_old(counter: EagerCounter, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    y, _ = jax.block_until_ready(counter(x, state))
    return state  # E: state-reuse | "state" was consumed | line -1
