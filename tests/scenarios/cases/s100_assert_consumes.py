"""The test of an `assert` consumes: under `python -O` it never runs, so that it "may" have been."""

import equinox as eqx
from jaxtyping import Array

from .common import positive


def may_run(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    assert positive(state.set(index, x).get(index))
    return state.get(index)  # E: state-reuse | "state" | may have been consumed
    #   | "state.set" on line -1


def good_reads(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    assert not positive(state.get(index))
    return state.set(index, x).get(index)


def good_message_only_evaluated_on_failure(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    assert positive(x), f"unexpected: {state.set(index, x)}"
    return state.get(index)
