# python: 3.12
"""Type parameters in their new syntax."""

import equinox as eqx
from jaxtyping import Array


def same[T](value: T) -> T:
    return value


def bad_bound[S: eqx.nn.State](state: S, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1


def bad_handed_through(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    mine = same(state)
    new = mine.set(index, x)
    return state.get(index)  # E: state-reuse | "state" | "mine.set" on line -1


def good_rebound[S: eqx.nn.State](state: S, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    return new.get(index)
