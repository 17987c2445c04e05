"""The State goes through one of several branches, comes back fresh, and the name is bound anew."""

import equinox as eqx
import jax
from jaxtyping import Array


def bump(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return state.set(index, state.get(index) + 1)


def good_cond(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], flag: bool) -> Array:
    state = jax.lax.cond(flag, lambda s: bump(s, index), lambda s: s, state)
    return state.get(index)


def good_switch(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], n: int) -> Array:
    state = jax.lax.switch(n, [lambda s: bump(s, index), lambda s: s], state)
    return state.get(index)


def good_captured_and_read(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    y = jax.lax.cond(flag, lambda: state.get(index), lambda: x)
    return state.get(index)
