"""An index that is not constant: any element may be the one."""

import equinox as eqx
from jaxtyping import Array


def may_be_the_same(
    states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    new = states[n].set(index, x)
    return states[0].get(index)  # E: state-reuse | "states[0]" | may have been consumed
    #   | "states[n].set" on line -1


def may_be_read(
    states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    new = states[0].set(index, x)
    return states[n].get(index)  # E: state-reuse | "states[n]" | may have been consumed
    #   | "states[0].set" on line -1


def good_other_container(
    states: list[eqx.nn.State],
    others: list[eqx.nn.State],
    index: eqx.nn.StateIndex[Array],
    x: Array,
    n: int,
) -> Array:
    new = states[n].set(index, x)
    return others[n].get(index)


def good_replaced(
    states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    states[n] = states[n].set(index, x)
    return states[n].get(index)


def good_each_replaced(
    states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for n in range(3):
        states[n] = states[n].set(index, x)
    return states[0].get(index)
