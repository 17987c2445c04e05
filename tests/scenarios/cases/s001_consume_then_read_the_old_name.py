"""The old name is read after `.set` has taken its State over; the error names the new one, too."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


def bad_read(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> tuple[Array, eqx.nn.State]:
    new = state.set(index, x)
    count = state.get(index)  # E: state-reuse | "state" was consumed | "state.set" on line -1
    #   | used again | "new"
    return count, new


def bad_update(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    part = state.substate(index)
    new = state.update(part)
    return new.update(state.substate(index))  # E: state-reuse | "state" was consumed
    #   | "state.update" on line -1


def bad_stale_read(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> tuple[Array, eqx.nn.State]:
    y, new = counter(x, state)
    return y + state.get(counter.index), new  # E: state-stale | "state" is out of date | "counter"
    #   | line -1 | "new"


def good_read_of_the_new_name(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = state.set(index, x)
    return new.get(index)


def good_stale_name_not_read(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    y, new = counter(x, state)
    return y + new.get(counter.index)
