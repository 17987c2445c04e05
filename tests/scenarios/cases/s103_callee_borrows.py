"""The callee only reads, or consumes only what it made itself: the caller's State stays good."""

import equinox as eqx
import jax
from jaxtyping import Array


def peek(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    return state.get(index)


def try_out(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    leaves, structure = jax.tree_util.tree_flatten(state)
    trial: eqx.nn.State = jax.tree_util.tree_unflatten(structure, leaves)
    trial = trial.set(index, x)
    return trial.get(index)


def part_of(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> eqx.nn.State:
    part = state.substate(index)
    return part.set(index, x)


def good_read(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    return peek(state, index) + state.get(index)


def good_tried_out(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    return try_out(state, index, x) + try_out(state, index, x) + state.get(index)


def good_part_taken(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    part = part_of(state, index, x)
    return part.get(index) + state.get(index)


def bad_passed_a_dead_one(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    return peek(state, index)  # E: state-reuse | "state" was consumed | "state.set" on line -1
