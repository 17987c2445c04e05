"""The loop variable is bound anew in each turn."""

import equinox as eqx
from jaxtyping import Array


def good_each_its_own(
    states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for state in states:
        new = state.set(index, x)
        x = new.get(index)
    return x


def good_shadows_a_dead_name(
    state: eqx.nn.State, states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = state.set(index, x)
    for state in states:
        x = x + state.get(index)
    return x


def may_no_state_in_the_list(
    state: eqx.nn.State,
    states: list[eqx.nn.State],
    index: eqx.nn.StateIndex[Array],
    x: Array,
    flag: bool,
) -> Array:
    new = state.set(index, x)
    for state in states if flag else []:
        x = x + state.get(index)
    return x + state.get(index)  # E: state-reuse | "state" | may have been consumed | line -3
