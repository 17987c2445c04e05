"""A loop over a display of two: what would happen in a third turn is reported, too (policy)."""

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
