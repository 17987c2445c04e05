"""A loop that decides whether it accepts the newer State goes on with the old one on purpose: policy."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array

from .common import CompiledCounter


def good_rejected(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    for step in range(3):
        y, new = counter(x, state)
        if not jnp.isfinite(y):
            continue
        state = new
    return state.get(counter.index)


def good_accepted(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    for step in range(3):
        y, new = counter(x, state)
        if jnp.isfinite(y):
            state = new
    return state.get(counter.index)


def good_chosen(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    for step in range(3):
        y, new = counter(x, state)
        fine = jnp.isfinite(y)
        state = jax.tree_util.tree_map(lambda a, b: jnp.where(fine, a, b), new, state)
    return state.get(counter.index)


def bad_never_accepted(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    for step in range(3):
        y, new = counter(x, state)  # E: state-stale | "state" is out of date | loop -1
        x = x + y
    return x


def good_old_one_shown_before_it_is_decided(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> Array:
    for step in range(3):
        y, new = counter(x, state)
        if not jnp.isfinite(y):
            print("rejected", state)
            continue
        state = new
    return state.get(counter.index)


def good_accepted_together(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    for step in range(3):
        y, new = counter(x, state)
        if jnp.isfinite(y):
            x, state = y, new
    return state.get(counter.index)


def good_chosen_by_a_branch(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    y, new = counter(x, state)
    state = jax.lax.cond(jnp.isfinite(y), lambda: new, lambda: state)
    return state.get(counter.index)


def bad_only_the_old_one_in_a_branch(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> eqx.nn.State:
    y, new = counter(x, state)
    return jax.lax.cond(jnp.isfinite(y), lambda: state, lambda: state)  # E: state-stale | line -1
