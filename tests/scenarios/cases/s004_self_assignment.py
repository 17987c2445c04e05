"""`state = state.set(...)`: the right side consumes, then the name is defined anew."""

import equinox as eqx
from jaxtyping import Array


def good_many_in_a_row(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> eqx.nn.State:
    state = state.set(index, x)
    state = state.set(index, state.get(index) + 1)
    state = state.update(state.substate(index))
    return state


def good_annotated(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    state = state.set(index, x)
    renewed: eqx.nn.State = state.set(index, x)
    return renewed.get(index)


def bad_to_itself(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    state = state
    return state.get(index)  # E: state-reuse | "state" was consumed | line -2
