"""A list that each turn makes in one of two ways: what the other one made earlier is gone."""

import equinox as eqx
from jaxtyping import Array

from mypy_eqxstate import clone


def good_conditional_expression(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    for factor in range(3):
        states = [clone(state)] if flag else [clone(state), clone(state)]
        newer = [each.set(index, x * factor) for each in states]
        x = newer[0].get(index)
    return x + state.get(index)


def good_either(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, numbers: list[float]
) -> Array:
    for factor in range(3):
        states = [clone(state) for _ in numbers] or [clone(state)]
        states = [each.set(index, x * factor) for each in states]
        x = states[0].get(index)
    return x + state.get(index)


def good_branches(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    for factor in range(3):
        if flag:
            states = [clone(state)]
        else:
            states = [clone(state), clone(state)]
        for each in states:
            newer = each.set(index, x * factor)
            x = newer.get(index)
    return x + state.get(index)


def bad_consumed_twice_in_one_turn(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    for factor in range(3):
        states = [clone(state)] if flag else [clone(state), clone(state)]
        newer = [each.set(index, x * factor) for each in states]
        again = [each.set(index, x) for each in states]  # E: state-reuse | "each" | line -1
    return x


def bad_list_that_may_be_empty(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, numbers: list[float]
) -> Array:
    states = [state for _ in numbers[:1]]
    for factor in numbers:
        newer = states[0].set(index, x * factor)  # E: state-reuse | "states[0]" | loop -1
    return x


def good_either_elements_consumed(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, numbers: list[float]
) -> Array:
    for factor in range(3):
        states = [clone(state) for _ in numbers] or [clone(state)]
        newer = [each.set(index, x * factor) for each in states]
        x = newer[0].get(index)
    return x + state.get(index)
