"""Recursive and mutually recursive functions: what they do is found by a fixpoint."""

import equinox as eqx
from jaxtyping import Array


def drain(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], n: int) -> eqx.nn.State:
    if n == 0:
        return state
    return drain(state.set(index, state.get(index) - 1), index, n - 1)


def bump_at_least_once(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], n: int
) -> eqx.nn.State:
    state = state.set(index, state.get(index) + 1)
    return state if n == 0 else bump_at_least_once(state, index, n - 1)


def ping(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], n: int) -> eqx.nn.State:
    return state if n == 0 else pong(state, index, n - 1)


def pong(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], n: int) -> eqx.nn.State:
    return ping(state.set(index, state.get(index) + 1), index, n)


def peek(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], n: int) -> Array:
    return state.get(index) if n == 0 else peek(state, index, n - 1)


def may_drain(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], n: int) -> Array:
    new = drain(state, index, n)
    return state.get(index)  # E: state-reuse | "state"
    #   | may have been consumed by "drain" on line -1


def may_ping(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], n: int) -> Array:
    new = ping(state, index, n)
    return state.get(index)  # E: state-reuse | "state"
    #   | may have been consumed by "ping" on line -1


def bad_at_least_once(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], n: int) -> Array:
    new = bump_at_least_once(state, index, n)
    return state.get(index)  # E: state-reuse
    #   | "state" was consumed by "bump_at_least_once" on line -1


def good_rebound(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], n: int) -> Array:
    state = pong(drain(state, index, n), index, n)
    return state.get(index)


def good_recursive_reader(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], n: int) -> Array:
    return peek(state, index, n) + state.get(index)
