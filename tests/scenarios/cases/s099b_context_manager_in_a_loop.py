"""A generator as a context manager hands out the State that it was given, turn after turn."""

import contextlib
from collections.abc import Iterator

import equinox as eqx
from jaxtyping import Array


@contextlib.contextmanager
def lent(state: eqx.nn.State) -> Iterator[eqx.nn.State]:
    yield state


def bad_consumed_in_each_turn(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for turn in range(3):
        x = state.get(index)  # E: state-reuse | "state" | "borrowed.set" | loop -1
        with lent(state) as borrowed:
            new = borrowed.set(index, x)
    return x


def good_read_in_each_turn(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for turn in range(3):
        with lent(state) as borrowed:
            x = borrowed.get(index)
    state = state.set(index, x)
    return state.get(index)


def good_rebound_in_each_turn(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for turn in range(3):
        with lent(state) as borrowed:
            state = borrowed.set(index, x)
    return state.get(index)
