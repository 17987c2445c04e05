"""Of a call that makes very many objects the first ones are told apart, of a recursive one fewer.

What comes behind them is not known: nothing is said of it.
"""

import equinox as eqx
from jaxtyping import Array

from mypy_eqxstate import clone


def very_much(first: eqx.nn.State, last: eqx.nn.State, x: Array):
    return (
        (first, x),
        ((x,), (x,), (x,), (x,), (x,), (x,), (x,), (x,)),
        ((x,), (x,), (x,), (x,), (x,), (x,), (x,), (x,)),
        ((x,), (x,), (x,), (x,), (x,), (x,), (x,), (x,)),
        ((x,), (x,), (x,), (x,), (x,), (x,), (x,), (x,)),
        ((x,), (x,), (x,), (x,), (x,), (x,), (x,), (x,)),
        ((x,), (x,), (x,), (x,), (x,), (x,), (x,), (x,)),
        ((x,), (x,), (x,), (x,), (x,), (x,), (x,), (x,)),
        (last, x),
        (clone(last), x),
    )


def bad_the_first(
    first: eqx.nn.State, last: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    found = very_much(first, last, x)
    new = found[0][0].set(index, x)
    return last.get(index) + first.get(index)  # E: state-reuse | "first" | line -1


def good_others_than_the_last(
    first: eqx.nn.State, last: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    found = very_much(first, last, x)
    new = found[8][0].set(index, x)
    return first.get(index) + found[9][0].get(index)


def good_the_last_of_two(
    first: eqx.nn.State, last: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    found = very_much(first, last, x)
    new = found[9][0].set(index, x)
    return last.get(index) + found[8][0].get(index)


def nothing_is_said(
    first: eqx.nn.State, last: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    found = very_much(first, last, x)
    new = found[8][0].set(index, x)
    return last.get(index)


def tower(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int):
    if n == 0:
        return (x,), state
    below, state = tower(state, index, x, n - 1)
    return ((x,), (x,), (x,), (x,), (x,), (x,), below), state.set(index, x)


def may_below(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int) -> Array:
    below, new = tower(state, index, x, n)
    return state.get(index)  # E: state-reuse | "state" | may have been consumed by "tower" on line -1


def good_newer(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int) -> Array:
    below, state = tower(state, index, x, n)
    return state.get(index)
