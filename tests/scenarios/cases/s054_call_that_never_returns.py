"""A call that never returns ends the arm that consumes."""

import sys
from typing import NoReturn

import equinox as eqx
from jaxtyping import Array

from .common import risky


def give_up(reason: str) -> NoReturn:
    raise RuntimeError(reason)


def good_exit(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool) -> Array:
    if flag:
        new = state.set(index, x)
        print(new)
        sys.exit(1)
    return state.get(index)


def good_own_function(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    if flag:
        new = state.set(index, x)
        give_up(f"cannot go on from {new}")
    return state.get(index)


def may_return(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool) -> Array:
    if flag:
        new = state.set(index, x)
        risky(False)
    return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -2


def fail(x, state):
    raise RuntimeError(f"nothing comes of {x}")


def good_failing_call_gives_nothing_newer(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    try:
        x, new_state = fail(x, state)
        x = x + new_state.get(index)
    except RuntimeError:
        pass
    return x + state.get(index)
