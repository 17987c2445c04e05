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


# not-run: its arguments come from the caller below
def bad_after_a_block_that_never_ends_by_itself(state, index, x, flag):
    with contextlib.suppress(RuntimeError):
        if flag:
            return positive(x)
        else:
            return positive(-x)
    new = state.set(index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1


# not-run: it calls the function above, which is wrong
def good_other_caller(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> None:
    _ = bad_after_a_block_that_never_ends_by_itself(state, index, x, True)


# not-run: its arguments come from the caller below
def bad_in_a_statement_after_such_a_block(state, index, x):
    with contextlib.suppress(RuntimeError):
        raise RuntimeError
    try:
        new = state.set(index, x)
    finally:
        x = state.get(index)  # E: state-reuse | "state" | line -2
    return x


# not-run: it calls the function above, which is wrong
def good_third_caller(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> None:
    _ = bad_in_a_statement_after_such_a_block(state, index, x)
