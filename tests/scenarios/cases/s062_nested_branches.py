"""Nested ifs and elif chains: dead on some of the paths."""

import equinox as eqx
from jaxtyping import Array


def may_elif(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int) -> Array:
    if n == 0:
        x = x + 1
    elif n == 1:
        x = state.set(index, x).get(index)
    else:
        x = x - 1
    return x + state.get(index)  # E: state-reuse | "state" | may have been consumed | line -3


def may_nested(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool, n: int
) -> Array:
    if flag:
        if n == 2:
            x = state.set(index, x).get(index)
        else:
            x = x + 1
    return x + state.get(index)  # E: state-reuse | "state" | may have been consumed | line -3


def good_nested(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool, n: int
) -> Array:
    if flag:
        if n == 2:
            state = state.set(index, x)
        elif n == 1:
            return state.set(index, x).get(index)
    return x + state.get(index)
