"""Keyword arguments are evaluated as written; `*args` before them, even when written last."""

import equinox as eqx
from jaxtyping import Array


def both(first: Array, second: Array) -> Array:
    return first + second


def taken(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    return state.set(index, state.get(index) + 1).get(index)


def good_as_written(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    return both(second=state.get(index), first=state.set(index, x).get(index))


def bad_as_written(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    return both(second=state.set(index, x).get(index), first=state.get(index))  # E: state-reuse
    #   | "state" was consumed


def bad_mapping_after(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    return both(new.get(index), **{"second": state.get(index)})  # E: state-reuse
    #   | "state" was consumed | line -1


def bad_mapping_reads_late(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    return both(second=taken(state, index), **{"first": state.get(index)})  # E: state-reuse
    #   | "state" was consumed by "taken"


def all_of(*first: Array, last: Array) -> Array:
    return sum(first, last)


def good_star_first(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    return all_of(*[x], last=state.set(index, x).get(index))


def good_star_written_last(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    return all_of(last=state.set(index, x).get(index), *[state.get(index)])


def bad_star_consumes_first(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    return all_of(last=state.get(index), *[state.set(index, x).get(index)])  # E: state-reuse
    #   | "state" was consumed
