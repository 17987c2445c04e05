"""`contextlib.suppress` where nothing is annotated: mypy gives no type for it there."""

import contextlib

import equinox as eqx
from jaxtyping import Array

from .common import positive


# not-run: its arguments come from the caller below
def may_be_consumed_in_the_block(state, index, x):
    with contextlib.suppress(RuntimeError):
        new = state.set(index, x)
        positive(x)
    return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -2


# not-run: it calls the function above, which is wrong
def good_caller(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> None:
    _ = may_be_consumed_in_the_block(state, index, x)
