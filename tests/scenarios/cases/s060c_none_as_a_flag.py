"""A name that is None until there is a newer State: the test for None recalls the branch."""

import equinox as eqx
from jaxtyping import Array

from .common import EagerCounter


def good_chosen_by_a_test(
    counter: EagerCounter, state: eqx.nn.State, x: Array, train: bool
) -> eqx.nn.State:
    new = None
    if train:
        y, new = counter(x, state)
    return state if new is None else new


def good_test_as_a_statement(
    counter: EagerCounter, state: eqx.nn.State, x: Array, train: bool
) -> eqx.nn.State:
    new = None
    if train:
        y, new = counter(x, state)
    if new is None:
        return state
    return new


def good_rebound_if_there_is_one(
    counter: EagerCounter, state: eqx.nn.State, x: Array, train: bool
) -> eqx.nn.State:
    new = None
    if train:
        y, new = counter(x, state)
    if new is not None:
        state = new
    return state


def bad_the_wrong_way_round(
    counter: EagerCounter, state: eqx.nn.State, x: Array, train: bool
) -> eqx.nn.State:
    new = None
    if train:
        y, new = counter(x, state)
    if new is not None:
        print(state.get(counter.index))  # E: state-reuse | "state" was consumed | line -2
        return new
    return state


def may_another_flag(
    counter: EagerCounter, state: eqx.nn.State, x: Array, train: bool, other: bool
) -> Array:
    new = None
    if train:
        y, new = counter(x, state)
    if other:
        new = None
    if new is None:
        x = x + state.get(counter.index)  # E: state-reuse | "state" | may have been consumed
    return x
