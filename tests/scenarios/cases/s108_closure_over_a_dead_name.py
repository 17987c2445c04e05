"""A closure made over a name that is dead already: making it is no use, calling it is one."""

from collections.abc import Callable

import equinox as eqx
from jaxtyping import Array


def applied(read: Callable[[], Array]) -> Array:
    return read()


def bad_def(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)

    def read() -> Array:
        return state.get(index)

    return read()  # E: state-reuse | "state" | "state.set" on line -5


def bad_lambda(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    read = lambda: state.get(index)
    return read()  # E: state-reuse | "state" | "state.set" on line -2


def bad_called_in_place(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    return (lambda: state.get(index))()  # E: state-reuse | "state" | "state.set" on line -1


def bad_handed_on(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    return applied(lambda: state.get(index))  # E: state-reuse | "state" | "state.set" on line -1


def good_never_called(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)

    def read() -> Array:
        return state.get(index)

    return new.get(index)


def good_parameter_of_the_same_name(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = state.set(index, x)
    read: Callable[[eqx.nn.State], Array] = lambda state: state.get(index)
    return read(new)
