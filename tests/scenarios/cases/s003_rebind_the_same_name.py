"""The name is bound to the result before it is used again."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


def good_set(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    state = state.set(index, x)
    return state.get(index)


def good_call(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    x, state = counter(x, state)
    x, state = counter(x, state)
    return x + state.get(counter.index)


def bad_other_name_rebound(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    stat = state.set(index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1
