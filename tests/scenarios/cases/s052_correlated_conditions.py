"""The same condition asked twice about an unchanged local: exclusive paths do not alarm."""

import equinox as eqx
from jaxtyping import Array

from mypy_eqxstate import clone


def good_exclusive(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, train: bool
) -> Array:
    if train:
        new = state.set(index, x)
        x = new.get(index)
    if not train:
        x = state.get(index)
    return x


def good_early_and_late(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, train: bool
) -> Array:
    new = state
    if train:
        new = state.set(index, x)
    y = x + 1
    if train:
        return new.get(index) + y
    return state.get(index) + y


def bad_same_condition(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, train: bool
) -> Array:
    if train:
        new = state.set(index, x)
    if train:
        return state.get(index)  # E: state-reuse | "state" | line -2
    return x


def may_condition_has_changed(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, train: bool, last: bool
) -> Array:
    if train:
        new = state.set(index, x)
    train = last
    if train:
        return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -3
    return x


def bad_first_of_either_list(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, train: bool
) -> Array:
    states = [clone(state)] if train else [state]
    new = states[0].set(index, x)
    return states[0].get(index)  # E: state-reuse | "states[0]" | was consumed | line -1


def good_conditional_expression(
    state: eqx.nn.State, spare: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, train: bool
) -> Array:
    if train:
        x = state.set(index, x).get(index)
    return x + (spare if train else state).get(index)


def bad_other_arm_of_a_conditional_expression(
    state: eqx.nn.State, spare: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, train: bool
) -> Array:
    if train:
        x = state.set(index, x).get(index)
        x = x + (state if train else spare).get(index)  # E: state-reuse | was consumed
    return x
