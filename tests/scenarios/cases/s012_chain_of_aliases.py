"""A chain of names for one object: one is consumed, another one used."""

import equinox as eqx
from jaxtyping import Array


def bad_chain(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    second = state
    third = second
    new = second.set(index, x)
    return third.get(index)  # E: state-reuse | "third" | "second.set" on line -1


def good_chain_cut(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    second = state
    third = second
    second = second.set(index, x)
    third = second
    return third.get(index)
