"""`State | None`: consumed only where it is not None; the other path is untouched."""

import equinox as eqx
from jaxtyping import Array


def good_rebound_where_there_is_one(
    state: eqx.nn.State | None, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    if state is not None:
        state = state.set(index, x)
    if state is None:
        return x
    return state.get(index)


def good_none_path(state: eqx.nn.State | None, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    if state is not None:
        return state.set(index, x).get(index)
    print("no state:", state)
    return x


def good_none_asked_twice(
    state: eqx.nn.State | None, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    if state is not None:
        x = state.set(index, x).get(index)
    if state is None:
        print("no state:", state)
    return x


def bad_asked_twice(state: eqx.nn.State | None, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    if state is not None:
        x = state.set(index, x).get(index)
    if state is not None:
        x = x + state.get(index)  # E: state-reuse | "state" | line -2
    return x


def bad_early_return(
    state: eqx.nn.State | None, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    if state is None:
        return x
    new = state.set(index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1
