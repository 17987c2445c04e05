"""What is raised is not looked at: it is taken to reach any handler around it (policy)."""

import contextlib

import equinox as eqx
from jaxtyping import Array

from .common import risky


# silent-at-run-time: the outer handler is never reached
def may_inner_handler_catches_it(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, fail: bool
) -> Array:
    try:
        with contextlib.suppress(RuntimeError):
            new = state.set(index, x)
            risky(fail)
    except RuntimeError:
        return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -3
    return x


# silent-at-run-time: the handler catches nothing of that kind
def may_raised_as_another_kind(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, fail: bool
) -> Array:
    try:
        new = state.set(index, x)
        if fail:
            raise RuntimeError
    except ValueError:
        return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -4
    return x
