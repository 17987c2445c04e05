"""Consumed in the `if` arm, read in the `else` arm: no path does both."""

import equinox as eqx
from jaxtyping import Array


def good_exclusive_arms(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    if flag:
        new = state.set(index, x)
        return new.get(index)
    else:
        return state.get(index)


def bad_same_arm(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    if flag:
        new = state.set(index, x)
        return state.get(index)  # E: state-reuse | "state" was consumed | line -1
    else:
        return state.get(index)
