"""A dead State is returned, yielded or stored where others find it: a use."""

from collections.abc import Iterator
from dataclasses import dataclass

import equinox as eqx
from jaxtyping import Array


@dataclass
class Holder:
    state: eqx.nn.State


# raises-later: the caller gets the old State
def bad_returned(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> eqx.nn.State:
    new = state.set(index, x)
    return state  # E: state-reuse | "state" was consumed | line -1 | "new"


# raises-later: the caller gets the old State
def bad_returned_in_a_tuple(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> tuple[Array, eqx.nn.State]:
    new = state.set(index, x)
    return new.get(index), state  # E: state-reuse | "state" was consumed | line -1


# raises-later: the caller gets the old State
def bad_yielded(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Iterator[eqx.nn.State]:
    new = state.set(index, x)
    yield state  # E: state-reuse | "state" was consumed | line -1


# silent-at-run-time: storing does not read; whoever reads the field gets the error
def bad_stored(
    holder: Holder, state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> None:
    new = state.set(index, x)
    holder.state = state  # E: state-reuse | "state" was consumed | line -1


def good_new_one_leaves(
    holder: Holder, state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> eqx.nn.State:
    new = state.set(index, x)
    holder.state = new
    return new
