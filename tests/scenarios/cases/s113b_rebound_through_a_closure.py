"""A closure that consumes a captured State always rebinds it: also with an early return, recursively."""

import equinox as eqx
from jaxtyping import Array


def good_early_return(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    def put(value: Array) -> None:
        nonlocal state
        if flag:
            return
        state = state.set(index, value)

    for step in range(3):
        put(x)
    return state.get(index)


def good_recursion(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    def walk(depth: int) -> None:
        nonlocal state
        if depth == 0:
            state = state.set(index, x)
            return
        for child in range(2):
            walk(depth - 1)

    walk(2)
    return state.get(index)


def bad_kept_elsewhere(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    def put(value: Array) -> eqx.nn.State:
        return state.set(index, value)

    first = put(x)
    second = put(x)  # E: state-reuse | "state" was consumed | "put" on line -1 | again
    return first.get(index) + second.get(index)
