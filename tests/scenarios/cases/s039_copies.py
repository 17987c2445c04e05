"""Copies are independent values: flattening and unflattening, tree_map, deepcopy, copy, clone."""

import copy

import equinox as eqx
import jax
from jaxtyping import Array
from mypy_eqxstate import clone


def copied(state: eqx.nn.State) -> eqx.nn.State:
    leaves, structure = jax.tree_util.tree_flatten(state)
    copy: eqx.nn.State = jax.tree_util.tree_unflatten(structure, leaves)
    return copy


def good_flatten_and_unflatten(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    leaves, structure = jax.tree_util.tree_flatten(state)
    new = state.set(index, x)
    old = jax.tree_util.tree_unflatten(structure, leaves)
    return new.get(index) - old.get(index)


def good_own_helper(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    old = copied(state)
    state = state.set(index, x)
    return state.get(index) - old.get(index)


def good_copy_consumed_first(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    trial = copied(state)
    trial = trial.set(index, x)
    return trial.get(index) - state.get(index)


def good_tree_map(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    old = jax.tree_util.tree_map(lambda leaf: leaf, state)
    state = state.set(index, x)
    return state.get(index) - old.get(index)


def good_deepcopy(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    old = copy.deepcopy(state)
    state = state.set(index, x)
    return state.get(index) - old.get(index)


def good_copy(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    old = copy.copy(state)
    state = state.set(index, x)
    return state.get(index) - old.get(index)


def good_clone(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    old = clone(state)
    state = state.set(index, x)
    return state.get(index) - old.get(index)


def bad_copied_too_late(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    old: eqx.nn.State = jax.tree_util.tree_map(lambda leaf: leaf, state)  # E: state-reuse
    #   | "state" was consumed | line -1
    return old.get(index)


def bad_copy_consumed_twice(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    old = copied(state)
    new = old.set(index, x)
    return state.get(index) + old.get(index)  # E: state-reuse | "old" was consumed | line -1


def bad_copy_of_either_pair_consumed_twice(
    state: eqx.nn.State,
    other: eqx.nn.State,
    index: eqx.nn.StateIndex[Array],
    x: Array,
    flag: bool,
) -> Array:
    pair = (state, other) if flag else (other, state)
    copied_pair = clone(pair)
    if flag:
        new = copied_pair[0].set(index, x)
        return copied_pair[0].get(index)  # E: state-reuse | "copied_pair[0]" was consumed | line -1
    return x
