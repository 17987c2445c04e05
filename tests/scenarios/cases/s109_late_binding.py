"""A closure sees what its names stand for when it is called, not when it was made."""

import equinox as eqx
from jaxtyping import Array


def bad_called_after(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    def read() -> Array:
        return state.get(index)

    new = state.set(index, x)
    return read()  # E: state-reuse | "state" | "state.set" on line -1


def may_called_after(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    read = lambda: state.get(index)
    if flag:
        x = state.set(index, x).get(index)
    return x + read()  # E: state-reuse | "state" | may have been consumed | line -1


def good_called_before(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    def read() -> Array:
        return state.get(index)

    before = read()
    new = state.set(index, x)
    return before + new.get(index)


def good_rebound_in_between(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    def read() -> Array:
        return state.get(index)

    state = state.set(index, x)
    return read()


def bad_default_binds_early(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    def read(state: eqx.nn.State = state) -> Array:
        return state.get(index)

    state = state.set(index, x)
    return read()  # E: state-reuse | "state.set" on line -1
