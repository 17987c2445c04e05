"""A parameter that may be None: what the callee does depends on whether the caller gives a State."""

import equinox as eqx
from jaxtyping import Array


def bump(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], instead: eqx.nn.State | None = None
) -> eqx.nn.State:
    if instead is None:
        return state.set(index, state.get(index) + 1)
    return instead.set(index, state.get(index) + 1)


def bad_left_out(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = bump(state, index)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1


def good_given(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    other = bump(state, index, other)
    return state.get(index) + other.get(index)


def bad_given(state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = bump(state, index, instead=other)
    return other.get(index)  # E: state-reuse | "other" was consumed | line -1


def may_be_given(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], other: eqx.nn.State | None
) -> Array:
    new = bump(state, index, other)
    return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -1
