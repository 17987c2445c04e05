"""Both branches are traced, whichever is taken: what either of them consumes is consumed."""

import equinox as eqx
import jax
from jaxtyping import Array


def bad_one_branch(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    y = jax.lax.cond(flag, lambda: state.set(index, x).get(index), lambda: x)
    return y + state.get(index)  # E: state-reuse | "state" | line -1


def bad_both_branches(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    take = lambda: state.set(index, x).get(index)
    give = lambda: state.get(index)
    return jax.lax.cond(flag, take, give)  # E: state-reuse | "state"
