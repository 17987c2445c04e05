"""A generator consumes, hands out, and reads when it goes on."""

from collections.abc import Iterator

import equinox as eqx
from jaxtyping import Array


def bad_read_after_the_yield(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Iterator[eqx.nn.State]:
    new = state.set(index, x)
    yield new
    print(state.get(index))  # E: state-reuse | "state" was consumed | line -2


def bad_loop_with_yield(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Iterator[eqx.nn.State]:
    for step in range(3):
        yield state.set(index, x)  # E: state-reuse | "state" | loop -1


def good_loop_with_yield(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Iterator[Array]:
    for step in range(3):
        state = state.set(index, x)
        yield state.get(index)


def updates(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Iterator[eqx.nn.State]:
    yield state.set(index, x)


def bad_run_by_the_caller(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    news = list(updates(state, index, x))
    return state.get(index)  # E: state-reuse | "state" | line -1


def good_never_started(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    news = updates(state, index, x)
    return state.get(index)


def good_delegated(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Iterator[eqx.nn.State]:
    yield from updates(state, index, x)


def bad_delegated(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Iterator[eqx.nn.State]:
    yield from updates(state, index, x)
    print(state.get(index))  # E: state-reuse | "state" | line -1


def endless(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Iterator[eqx.nn.State]:
    while True:
        state = state.set(index, x)
        yield state


def bad_left_by_the_loop(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for new in endless(state, index, x):
        x = x + 1
        break
    return state.get(index)  # E: state-reuse | "state" | line -3


def bad_behind_the_loop(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for new in endless(state, index, x):
        break
    newer = other.set(index, x)
    return other.get(index)  # E: state-reuse | "other" | line -1
