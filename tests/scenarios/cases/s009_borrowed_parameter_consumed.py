"""A parameter declared Borrowed is consumed by the body: reported at the consuming call."""

import equinox as eqx
from jaxtyping import Array
from mypy_eqxstate import Borrowed, Consumed, clone


def absorb(state: Consumed[eqx.nn.State], index: eqx.nn.StateIndex[Array]) -> Array:
    new = state.set(index, state.get(index) + 1)
    return new.get(index)


def peek(state: Borrowed[eqx.nn.State], index: eqx.nn.StateIndex[Array]) -> Array:
    return state.get(index)


def bad_set(state: Borrowed[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)  # E: state-borrow
    #   | "state" is declared Borrowed, but "state.set" consumes it
    return new.get(index)


def bad_rebound(state: Borrowed[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    state = state.set(index, x)  # E: state-borrow | "state" is declared Borrowed
    return state.get(index)


def bad_given_away(state: Borrowed[eqx.nn.State], index: eqx.nn.StateIndex[Array]) -> Array:
    return absorb(state, index)  # E: state-borrow
    #   | "state" is declared Borrowed, but "absorb" consumes it


def bad_through_an_alias(
    state: Borrowed[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    mine = state
    return mine.set(index, x).get(index)  # E: state-borrow | "mine.set"


def good_reads(state: Borrowed[eqx.nn.State], index: eqx.nn.StateIndex[Array]) -> Array:
    return state.get(index) + peek(state, index)


def good_copy_consumed(
    state: Borrowed[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    mine = clone(state)
    mine = mine.set(index, x)
    return mine.get(index) + state.get(index)


def good_caller_keeps_it(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    return peek(state, index) + state.get(index)
