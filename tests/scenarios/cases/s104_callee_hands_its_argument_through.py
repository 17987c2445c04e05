"""The callee returns its argument unchanged: both names are one value."""

import equinox as eqx
from jaxtyping import Array


def same(state: eqx.nn.State) -> eqx.nn.State:
    return state


def second_of(x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
    return x + 1, state


def bad_result_consumed(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    mine = same(state)
    new = mine.set(index, x)
    return state.get(index)  # E: state-reuse | "state" | "mine.set" on line -1


def bad_argument_consumed(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    x, mine = second_of(x, state)
    new = state.set(index, x)
    return mine.get(index)  # E: state-reuse | "mine" | "state.set" on line -1


def good_both_alive(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    x, mine = second_of(x, state)
    return mine.get(index) + same(state).get(index)


def good_rebound(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    state = same(state).set(index, x)
    return same(state).get(index)
