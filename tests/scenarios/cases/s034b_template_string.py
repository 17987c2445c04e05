# python: 3.14
"""A value interpolated into a template string is used there."""

import equinox as eqx
from jaxtyping import Array


# silent-at-run-time: a template only stores the value
def bad_template(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> object:
    new = state.set(index, x)
    return t"after the step: {state}"  # E: state-reuse | "state" was consumed | line -1


def bad_read_inside_a_template(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> object:
    new = state.set(index, x)
    return t"count: {state.get(index)}"  # E: state-reuse | "state" was consumed | line -1


def good_template(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> object:
    state = state.set(index, x)
    return t"count: {state.get(index)}"
