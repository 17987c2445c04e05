"""For a consumption in the turn before, the header of the loop that comes round is named."""

import equinox as eqx
from jaxtyping import Array


def bad_inner_header(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for epoch in range(3):
        print(epoch)
        for step in range(3):
            print(step)
            x = state.set(index, x).get(index)  # E: state-reuse | "state" | loop -2
    return x


def bad_outer_header(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state
    for epoch in range(3):
        for step in range(3):
            x = x + state.get(index)  # E: state-reuse | "state" | loop -2
        new = state.set(index, x)
    return new.get(index)


def good_each_turn_its_own(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for epoch in range(3):
        for step in range(3):
            state = state.set(index, x)
    return state.get(index)
