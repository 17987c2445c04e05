"""A loop over a list may run no turn, and its variable be any of the elements (policy)."""

import equinox as eqx
from jaxtyping import Array
from mypy_eqxstate import clone


def may_consumed_by_the_loop(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    states = [state]
    for each in states:
        x = each.set(index, x).get(index)
    return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -1


def may_consumed_by_its_own_variable(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for each in (state,):
        x = each.set(index, x).get(index)
        x = x + state.get(index)  # E: state-reuse | "state" | may have been consumed | line -1
    return x


# silent-at-run-time: the list has an element, so the loop replaces it
def may_element_of_the_list_before_the_loop(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    states = [state]
    for each in states:
        states = [clone(each)]
    x = each.set(index, x).get(index)
    return states[0].get(index)  # E: state-reuse | "states[0]" | may have been consumed | line -1


# silent-at-run-time: the list has an element, so the other one is not taken
def may_comprehension_over_a_list(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    states = [state]
    states = [each for each in states] or [other]
    new = other.set(index, x)
    return states[0].get(index)  # E: state-reuse | "states[0]" | may have been consumed | line -1


def may_last_element_of_a_display(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = state.set(index, x)
    for each in (other, state):
        x = x + 1
    return each.get(index)  # E: state-reuse | "each" | may have been consumed | line -3
