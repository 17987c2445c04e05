"""The element under a constant key is a place of its own."""

import equinox as eqx
from jaxtyping import Array


def bad_same_key(d: dict[str, eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = d["state"].set(index, x)
    return d["state"].get(index)  # E: state-reuse | "d['state']" was consumed | line -1


def good_other_key(d: dict[str, eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = d["state"].set(index, x)
    return d["other"].get(index)


def good_replaced(d: dict[str, eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    d["state"] = d["state"].set(index, x)
    return d["state"].get(index)


def bad_list_element(
    states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = states[0].set(index, x)
    return states[0].get(index)  # E: state-reuse | "states[0]" was consumed | line -1


def good_other_element(
    states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = states[0].set(index, x)
    return states[1].get(index)


def good_element_replaced(
    states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    states[0] = states[0].set(index, x)
    return states[0].get(index)
