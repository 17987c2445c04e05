"""The loop consumes the elements of a list, which are then read through the list again."""

import equinox as eqx
from jaxtyping import Array
from mypy_eqxstate import clone


def bad_second_loop(states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for state in states:
        x = state.set(index, x).get(index)
    for state in states:
        x = x + state.get(index)  # E: state-reuse | "state" | "state.set" | @-2
    return x


def bad_subscript(states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for state in states:
        x = state.set(index, x).get(index)
    return x + states[0].get(index)  # E: state-reuse | "states[0]" | "state.set" | @-1


def good_new_list(states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    states = [state.set(index, x) for state in states]
    for state in states:
        x = x + state.get(index)
    return x


def good_only_read(states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for state in states:
        x = x + state.get(index)
    for state in states:
        x = x + state.get(index)
    return x


def good_twice_in_another_container(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    pair = (state, state)
    x = pair[0].get(index)
    for state in [state]:
        state = state.set(index, x)
    return x


def bad_one_state_several_times(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    states = [state for _ in range(2)]
    for each in states:
        x = each.set(index, x).get(index)  # E: state-reuse | "each" | loop -1
    return x


def good_filtered(states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    kept = [state for state in states if x > 0]
    for each in kept:
        x = each.set(index, x).get(index)
    return x


def bad_one_state_added_twice(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    states = [state]
    states.append(state)
    for each in states:
        x = each.set(index, x).get(index)  # E: state-reuse | "each" | loop -1
    return x


def bad_one_state_added_each_turn(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    states = []
    for _ in range(2):
        states.append(state)
    for each in states:
        x = each.set(index, x).get(index)  # E: state-reuse | "each" | loop -1
    return x


def good_newer_state_added_each_turn(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    states = []
    for _ in range(2):
        states.append(state)
        state = clone(state)
    for each in states:
        x = each.set(index, x).get(index)
    return x


def good_added_in_either_case(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, late: bool
) -> Array:
    states = []
    if not late:
        states.append(state)
    x = x + 1
    if late:
        states.append(state)
    for each in states:
        x = each.set(index, x).get(index)
    return x
