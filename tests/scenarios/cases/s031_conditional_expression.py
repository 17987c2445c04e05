"""A conditional expression runs one arm."""

import equinox as eqx
from jaxtyping import Array


def good_one_arm_each(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    return state.set(index, x).get(index) if flag else state.get(index)


def may_read_after(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    y = state.set(index, x).get(index) if flag else x
    return y + state.get(index)  # E: state-reuse | "state" | may have been | line -1


def good_rebound_by_both(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    state = state.set(index, x) if flag else state
    return state.get(index)


def may_alias_after(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    new = state.set(index, x) if flag else state
    return new.get(index) + state.get(index)  # E: state-reuse | "state" | may have been | line -1


def bad_method_called_behind_one(
    state: eqx.nn.State,
    index: eqx.nn.StateIndex[Array],
    other: eqx.nn.StateIndex[Array],
    flag: bool,
) -> Array:
    new = eqx.filter_jit(lambda s: s.set(index, s.get(index) + 1))(state)
    y = state.get(index if flag else other)  # E: state-stale | "state" is out of date | line -1
    return y + new.get(index)
