"""Loops of JAX behind a helper: the body is known there, and so is what it captures."""

from typing import Any

import equinox as eqx
from jax import lax
from jaxtyping import Array

from .common import CompiledCounter, filter_scan


def bad_helper(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    def step(carry: tuple[eqx.nn.State, Array], _: None) -> tuple[tuple[eqx.nn.State, Array], None]:
        state, x = carry
        x, state = counter(x, state)
        return (state, x), None

    (new, y), _ = filter_scan(step, (state, x), length=3)
    return state  # E: state-stale | line -1


def bad_unannotated_body(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    def step(carry, _):
        state, x = carry
        x, state = counter(x, state)
        return (state, x), None

    (new, y), _ = filter_scan(step, (state, x), length=3)
    return state  # E: state-stale | line -1


def bad_body_carries_the_old_one_on(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> eqx.nn.State:
    def step(carry, _):
        state, x = carry
        x, new = counter(x, state)
        return (state, x), None  # E: state-stale | line -1

    (state, y), _ = filter_scan(step, (state, x), length=3)
    return state


def good_helper(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    def step(carry, _):
        state, x = carry
        x, state = counter(x, state)
        return (state, x), None

    (state, y), _ = filter_scan(step, (state, x), length=3)
    (state, y), _ = filter_scan(step, (state, y), length=3)
    return state


# not-run: the States are stacked
def bad_scanned_over(layers: Any, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    def step(x, layer_and_state):
        layer, state = layer_and_state
        x, state = layer(x, state)
        return x, state

    x, new = lax.scan(step, init=x, xs=(layers, state))
    return state  # E: state-stale | line -1


# not-run: the same
def good_scanned_over(layers: Any, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    def step(x, layer_and_state):
        layer, state = layer_and_state
        x, state = layer(x, state)
        return x, state

    x, state = lax.scan(f=step, init=x, xs=(layers, state))
    return state
