"""The State goes through one of several branches; the old name is read."""

import equinox as eqx
import jax
from jaxtyping import Array


def bump(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return state.set(index, state.get(index) + 1)


def bad_cond(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], flag: bool
) -> tuple[Array, eqx.nn.State]:
    new = jax.lax.cond(flag, lambda s: bump(s, index), lambda s: s, state)
    return state.get(index), new  # E: state-stale | "state" is out of date | line -1 | "new"


def bad_switch(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], n: int
) -> tuple[Array, eqx.nn.State]:
    new = jax.lax.switch(n, [lambda s: bump(s, index), lambda s: s], state)
    return state.get(index), new  # E: state-stale | "state" is out of date | line -1 | "new"
