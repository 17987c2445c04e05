"""Deleting a dead name is no use of it."""

import equinox as eqx
from jaxtyping import Array


def good_del(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    del state
    return new.get(index)


def good_del_of_an_element(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    d = {"state": state}
    new = d["state"].set(index, x)
    del d["state"]
    return new.get(index)


def bad_alias_survives_the_del(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    old = state
    new = state.set(index, x)
    del state
    return old.get(index)  # E: state-reuse | "old" | line -2
