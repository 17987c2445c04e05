"""The `else` of a loop runs when it was not left by `break`."""

import equinox as eqx
from jaxtyping import Array


def good_else_after_no_break(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    for step in range(n):
        if step == 1:
            x = state.set(index, x).get(index)
            break
    else:
        x = x + state.get(index)
    return x


def bad_else_consumes(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    for step in range(n):
        x = x + state.get(index)
    else:
        x = state.set(index, x).get(index)
    return x + state.get(index)  # E: state-reuse | "state" was consumed | line -1


def may_break_or_else(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    for step in range(n):
        if step == 1:
            break
    else:
        x = state.set(index, x).get(index)
    return x + state.get(index)  # E: state-reuse | "state" | may have been consumed | line -1


def may_while_else(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int) -> Array:
    while n > 0:
        n -= 1
        if n == 0:
            break
    else:
        x = state.set(index, x).get(index)
    return x + state.get(index)  # E: state-reuse | "state" | may have been consumed | line -1


def good_rebound_in_both(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    new = state.set(index, x)
    while n > 0:
        n -= 1
        if n == 1:
            state = new
            break
    else:
        state = new
    return state.get(index)
