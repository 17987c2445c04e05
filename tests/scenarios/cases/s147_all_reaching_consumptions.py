"""Every consumption that reaches the use is listed: three at the most, then how many more."""

import equinox as eqx
from jaxtyping import Array


def bad_two(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool) -> Array:
    if flag:
        x = state.set(index, x).get(index)
    else:
        x = state.set(index, x + 1).get(index)
    return x + state.get(index)  # E: state-reuse | "state" was consumed | @-3 | @-1


def may_three(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int) -> Array:
    if n == 0:
        x = state.set(index, x).get(index)
    elif n == 1:
        x = state.set(index, x + 1).get(index)
    elif n > 2:
        x = state.set(index, x + 2).get(index)
    return x + state.get(index)  # E: state-reuse | "state" | may have been consumed | @-5 | @-3
    #   | @-1


def bad_five(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int) -> Array:
    if n == 0:
        x = state.set(index, x).get(index)
    elif n == 1:
        x = state.set(index, x + 1).get(index)
    elif n == 2:
        x = state.set(index, x + 2).get(index)
    elif n == 3:
        x = state.set(index, x + 3).get(index)
    else:
        x = state.set(index, x + 4).get(index)
    return x + state.get(index)  # E: state-reuse | "state" was consumed | @-9 | @-7 | @-5 | 2 more
