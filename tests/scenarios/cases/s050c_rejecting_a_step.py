"""Going back to the old State where what a call returned is not wanted: policy."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array

from .common import CompiledCounter, EagerCounter


def good_conditional_expression_returned(
    counter: CompiledCounter, state: eqx.nn.State, x: Array, train: bool
) -> tuple[Array, eqx.nn.State]:
    y, new = counter(x, state)
    return y, (new if train else state)


def good_rejected_by_an_early_return(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> tuple[Array, eqx.nn.State]:
    y, new = counter(x, state)
    if not jnp.isfinite(y):
        return x, state
    return y, new


def good_given_back(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    y, new = counter(x, state)
    if not jnp.isfinite(y):
        new = state
    return new


def good_tried_again(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    rate = 1.0
    while True:
        y, new = counter(x * rate, state)
        if jnp.isfinite(y):
            return new
        rate = rate / 2


def good_tried_again_until_a_break(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> eqx.nn.State:
    for turn in range(3):
        y, new = counter(x, state)
        if jnp.isfinite(y):
            break
    return new


def good_branch_that_gets_both(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> eqx.nn.State:
    y, new = counter(x, state)
    kept: eqx.nn.State = jax.lax.cond(
        jnp.isfinite(y), lambda old, newer: newer, lambda old, newer: old, state, new
    )
    return kept


def good_branches_with_either(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> eqx.nn.State:
    y, new = counter(x, state)
    kept: eqx.nn.State = jax.lax.cond(jnp.isfinite(y), lambda: new, lambda: state)
    return kept


def good_compared(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    y, new = counter(x, state)
    assert not eqx.tree_equal(state, new)
    return new


def good_version_for_each_element(
    counter: CompiledCounter, state: eqx.nn.State, xs: list[Array]
) -> list[tuple[Array, eqx.nn.State]]:
    return [counter(x, state) for x in xs]


def bad_behind_a_comprehension(
    counter: CompiledCounter, state: eqx.nn.State, xs: list[Array]
) -> tuple[list[tuple[Array, eqx.nn.State]], eqx.nn.State]:
    found = [counter(x, state) for x in xs]
    return found, state  # E: state-stale | "state" | line -1


def bad_early_return_for_another_reason(
    counter: CompiledCounter, state: eqx.nn.State, x: Array, last: bool
) -> tuple[Array, eqx.nn.State]:
    y, new = counter(x, state)
    if last:
        return y, state  # E: state-stale | "state" is out of date | line -2
    return y, new


def bad_nobody_returns_the_newer_one(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> tuple[Array, eqx.nn.State]:
    y, new = counter(x, state)
    if not jnp.isfinite(y):
        return x, state  # E: state-stale | "state" is out of date | line -2
    return y, state  # E: state-stale | "state" is out of date | line -3


def bad_loop_that_ends_for_another_reason(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> eqx.nn.State:
    for turn in range(3):
        y, new = counter(x, state)  # E: state-stale | "state" is out of date | loop -1
        if turn == 2:
            break
    return new


def bad_loop_that_is_left_without_the_newer_one(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> Array:
    for turn in range(3):
        y, new = counter(x, state)  # E: state-stale | "state" is out of date | loop -1
        if not jnp.isfinite(y):
            break
    return y


def bad_behind_a_loop_with_a_test(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> tuple[Array, eqx.nn.State]:
    for turn in range(3):
        x, state = counter(x, state)
        if not jnp.isfinite(x):
            break
    else:
        x, new = counter(x, state)
        return x, state  # E: state-stale | "state" is out of date | line -1
    return x, state


# silent-at-run-time: this step is not rejected
def bad_marked_as_old(
    counter: EagerCounter, state: eqx.nn.State, x: Array
) -> tuple[Array, eqx.nn.State]:
    y, new = counter(x, state)
    if not jnp.isfinite(y):
        return x, state  # E: state-reuse | "state" was consumed | line -2
    return y, new
