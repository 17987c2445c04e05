"""`nonlocal` and `global` names consumed by an inner function, bound anew or not."""

import equinox as eqx
from jaxtyping import Array


def bad_nonlocal_consumed(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    last = x

    def bump() -> None:
        nonlocal last
        last = state.set(index, x).get(index)

    bump()
    return last + state.get(index)  # E: state-reuse | "state" was consumed by "bump" on line -1


def good_nonlocal_rebound(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    def bump() -> None:
        nonlocal state
        state = state.set(index, x)

    bump()
    bump()
    return state.get(index)


def bad_alias_of_a_nonlocal(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    old = state

    def bump() -> None:
        nonlocal state
        state = state.set(index, x)

    bump()
    return old.get(index)  # E: state-reuse | "old" | "bump" on line -1
