"""Aliases die together: an invalidation belongs to the object."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


def bad_alias(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    old = state
    new = state.set(index, x)
    return old.get(index)  # E: state-reuse | "old" | "state.set" on line -1


def bad_original(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    mine = state
    new = mine.set(index, x)
    return state.get(index)  # E: state-reuse | "state" | "mine.set" on line -1


def bad_alias_kept_over_a_rebinding(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    old = state
    state = state.set(index, x)
    return state.get(index) - old.get(index)  # E: state-reuse | "old" | line -1


def good_snapshot_of_a_superseded_one(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> Array:
    best = state
    x, state = counter(x, state)
    return state.get(counter.index) - best.get(counter.index)
