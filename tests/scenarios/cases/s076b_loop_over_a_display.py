"""A loop over a display runs one turn for sure, so that its variable is rebound."""

import equinox as eqx
from jaxtyping import Array


def good_rebound_by_the_loop(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = state.set(index, x)
    for state in (new, other):
        x = x + 1
    return state.get(index)


def bad_consumed_in_the_first_turn(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for factor in (1, 2):
        new = state.set(index, x * factor)
        break
    return new.get(index) + state.get(index)  # E: state-reuse | "state" was consumed | line -2


def good_left_by_continue(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = state.set(index, x)
    for state in [new, other]:
        continue
    return state.get(index)


def good_display_of_one(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for factor in (2,):
        new = state.set(index, x * factor)
        x = new.get(index)
    newer = [other.set(index, x * factor) for factor in [3]]
    return newer[0].get(index)


def bad_after_a_display_of_one(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    newer = {name: state.set(index, x) for name in ("only",)}
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1
