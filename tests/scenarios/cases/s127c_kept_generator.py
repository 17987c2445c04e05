"""A generator that was asked once goes on where it is, and does not begin again."""

from collections.abc import Iterator

import equinox as eqx
from jaxtyping import Array


def versions(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Iterator[eqx.nn.State]:
    while True:
        state = state.set(index, state.get(index) + 1)
        yield state


def good_asked_twice(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    stream = versions(state, index)
    first = next(stream).get(index)
    second = next(stream)
    return first + second.get(index)


def may_argument_read_after_the_first(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    stream = versions(state, index)
    first = next(stream).get(index)
    return first + state.get(index)  # E: state-reuse | "state" | may have been consumed by "versions" | line -1


def good_generator_of_the_other_branch(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    stream = versions(other, index)
    new = state.set(index, x)
    if flag:
        stream = (state.set(index, x) for _ in (1, 2))
    if not flag:
        x = next(stream).get(index)
    return x + new.get(index)


def may_generator_of_either_branch(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    stream = versions(other, index)
    new = state.set(index, x)
    if flag:
        stream = (state.set(index, x) for _ in (1,))
    return new.get(index) + next(stream).get(index)  # E: state-reuse | "state" | may have been consumed
