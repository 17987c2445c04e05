"""An exception that an inner handler surely catches is taken to reach an outer one, too (policy)."""

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
