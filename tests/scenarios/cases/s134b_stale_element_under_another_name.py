"""A stale element of a list is known as what it was read through, and not elsewhere (policy)."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


def bad_same_index(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    states = [state]
    y, new = counter(x, states[0])
    return y + states[0].get(counter.index)  # E: state-stale | "states[0]" | line -1


def good_taken_out(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    states = [state]
    y, new = counter(x, states[0])
    old = states.pop()  # stale, and not reported
    return y + old.get(counter.index)
