"""Unpacking with a star keeps the identity of the elements."""

import equinox as eqx
from jaxtyping import Array


def bad_rest(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    first, *rest = (state, other)
    new = other.set(index, x)
    return rest[0].get(index)  # E: state-reuse | "rest[0]" | "other.set" on line -1


def bad_original(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    *rest, last = [state, other]
    new = rest[0].set(index, x)
    return last.get(index) + state.get(index)  # E: state-reuse | "state" | "rest[0].set" on line -1


def bad_star_in_a_display(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    pair = (state, other)
    three = (x, *pair)
    new = state.set(index, x)
    return three[1].get(index)  # E: state-reuse | "three[1]" | "state.set" on line -1


def good_others(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    first, *rest = (state, other)
    new = first.set(index, x)
    return rest[0].get(index) + other.get(index)
