# python: 3.12
"""A `type` statement names the class, too."""

import equinox as eqx
from jaxtyping import Array

type S = eqx.nn.State


def bad_alias(state: S, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1


def good_alias(state: S, index: eqx.nn.StateIndex[Array], x: Array) -> S:
    state = state.set(index, x)
    return state
