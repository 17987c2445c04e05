"""A loop over a display of two: what any other number of turns would do is reported, too (policy)."""

import equinox as eqx
from jaxtyping import Array


# silent-at-run-time: there is no third turn
def bad_in_a_third_turn(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    earlier = waiting = other
    for factor in (1, 2):
        x = x + earlier.get(index)  # E: state-reuse | "earlier" | loop -1
        earlier = waiting
        waiting = state
        state = state.set(index, x * factor)
    return x


# silent-at-run-time: the list has one element
def bad_in_a_second_turn(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    states = [state]
    for number, each in enumerate(states):
        new = other.set(index, x * number)  # E: state-reuse | "other" | loop -1
        x = new.get(index)
    return x


# silent-at-run-time: two turns bring the names back to where they were
def may_after_an_odd_number_of_turns(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    kept = other
    for _ in (1, 2):
        state, other = other, state
    new = kept.set(index, x)
    return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -1


# silent-at-run-time: there are two turns
def may_after_the_first_turn_alone(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    kept = taken = other
    for _ in (1, 2):
        taken, other = other, state
    new = taken.set(index, x)
    return kept.get(index)  # E: state-reuse | "kept" | may have been consumed | line -1
