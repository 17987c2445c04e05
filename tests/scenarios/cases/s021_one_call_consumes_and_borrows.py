"""One State for two parameters of a call: one of them is consumed, the other one read."""

import equinox as eqx
from jaxtyping import Array


def absorb_and_read(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    new = state.set(index, state.get(index) + 1)
    return new.get(index) + other.get(index)


def bad_same_for_both(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    return absorb_and_read(state, state, index)  # E: state-reuse | "state" | "absorb_and_read"


def bad_alias_for_both(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    same = state
    return absorb_and_read(state, same, index)  # E: state-reuse | "absorb_and_read"


def good_two_states(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    return absorb_and_read(state, other, index) + other.get(index)


def absorb_and_read_by_name(index: eqx.nn.StateIndex[Array], **named: eqx.nn.State) -> Array:
    new = named["state"].set(index, named["state"].get(index) + 1)
    return new.get(index) + named["other"].get(index)


def bad_same_in_a_display(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    both = {"state": state, "other": state}
    return absorb_and_read_by_name(index, **both)  # E: state-reuse | "absorb_and_read_by_name"
