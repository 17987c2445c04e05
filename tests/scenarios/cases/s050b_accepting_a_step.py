"""A loop that decides whether it accepts the newer State goes on with the old one on purpose: policy."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array
from mypy_eqxstate import clone

from .common import CompiledCounter, positive, risky


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


def bad_accepted_each_turn(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    for step in range(3):
        y, new = counter(x, state)
        x = y + state.get(counter.index)  # E: state-stale | "state" is out of date | line -1
        state = new
    return x


def may_decided_by_another_loop(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    if positive(x):
        x, new = counter(x, state)
    x = x + state.get(counter.index)  # E: state-stale | "state" | may be out of date | may | line -1
    best = state
    for step in range(3):
        y, found = counter(x, best)
        state = found
        if jnp.isfinite(y):
            best = found
    return x + best.get(counter.index) + state.get(counter.index)


def bad_something_else_accepted(
    counter: CompiledCounter, state: eqx.nn.State, spare: eqx.nn.State, x: Array
) -> Array:
    for step in range(3):
        y, new = counter(x, state)  # E: state-stale | "state" is out of date | loop -1
        if jnp.isfinite(y):
            state = spare
    return x


def good_accepted_out_of_what_was_kept(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> Array:
    for step in range(3):
        found = []
        found.append(counter(x, state))
        y, new = found[0]
        if jnp.isfinite(y):
            state = new
    return state.get(counter.index)


def good_given_up_by_an_exception(
    counter: CompiledCounter, state: eqx.nn.State, x: Array, fail: bool
) -> Array:
    for step in range(3):
        try:
            y, new = counter(x, state)
            risky(fail)
            state = new
        except RuntimeError:
            x = x + 1
    return state.get(counter.index)


def good_chosen_by_a_branch_in_each_turn(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> Array:
    for step in range(3):
        y, new = counter(x, state)
        state = jax.lax.cond(jnp.isfinite(y), lambda: new, lambda: state)
    return state.get(counter.index)


def may_given_one_of_the_two(
    counter: CompiledCounter, state: eqx.nn.State, x: Array, newest: bool
) -> Array:
    y, new = counter(x, state)
    if newest:
        state = new
    state = jax.lax.cond(jnp.isfinite(y), lambda s: s, lambda s: s, state)  # E: state-stale | "state"
    #                                          | may be out of date | may | line -3
    return state.get(counter.index)


def good_conditional_expression(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    for step in range(3):
        y, new = counter(x, state)
        state = new if positive(y) else state
    y, new = counter(x, state)
    state = new if positive(y) else state
    return state.get(counter.index)


def good_conditional_expression_of_pairs(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> Array:
    for step in range(3):
        y, new = counter(x, state)
        x, state = (y, new) if positive(y) else (x, state)
    return state.get(counter.index)


def bad_conditional_expression_of_something_else(
    counter: CompiledCounter, state: eqx.nn.State, spare: eqx.nn.State, x: Array
) -> Array:
    for step in range(3):
        y, new = counter(x, state)  # E: state-stale | "state" is out of date | loop -1
        state = spare if positive(y) else state
    return x


def may_decided_behind_the_loop(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    states = [clone(state)]
    for step in range(3):
        state = states[0]
        y, new = counter(x, state)
    x = x + state.get(counter.index)  # E: state-stale | "state" | may be out of date | may | line -1
    states = [new]
    return x + states[0].get(counter.index)
