"""The expression after `with` consumes; the body finds the old name dead."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import equinox as eqx
from jaxtyping import Array


@contextmanager
def updated(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Iterator[eqx.nn.State]:
    yield state.set(index, x)


def bad_with_item(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    with nullcontext(state.set(index, x)) as new:
        return new.get(index) + state.get(index)  # E: state-reuse | "state" was consumed | line -1


def bad_own_context_manager(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    with updated(state, index, x) as new:
        return new.get(index) + state.get(index)  # E: state-reuse | "state" | line -1


def bad_second_item(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    with nullcontext(state.set(index, x)), nullcontext(state.get(index)) as y:  # E: state-reuse
        return y


def good_bound_to_the_same_name(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    with nullcontext(state.set(index, x)) as state:
        return state.get(index)


def good_own_context_manager(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    with updated(state, index, x) as state:
        return state.get(index)
