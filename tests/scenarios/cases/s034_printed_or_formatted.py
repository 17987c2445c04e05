"""Printing and formatting are uses, although Equinox only shows `State(~old~)`."""

import equinox as eqx
from jaxtyping import Array


# silent-at-run-time: an old State prints as State(~old~)
def bad_f_string(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> str:
    new = state.set(index, x)
    return f"after the step: {state}"  # E: state-reuse | "state" was consumed | line -1


# silent-at-run-time: an old State prints as State(~old~)
def bad_percent(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> str:
    new = state.set(index, x)
    return "after the step: %s" % state  # E: state-reuse | "state" was consumed | line -1


# silent-at-run-time: an old State prints as State(~old~)
def bad_format(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> str:
    new = state.set(index, x)
    return "after the step: {}".format(state)  # E: state-reuse | "state" was consumed | line -1


# silent-at-run-time: an old State prints as State(~old~)
def bad_print(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> None:
    new = state.set(index, x)
    print("after the step:", state)  # E: state-reuse | "state" was consumed | line -1


def bad_read_inside_an_f_string(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> str:
    new = state.set(index, x)
    return f"count: {state.get(index)}"  # E: state-reuse | "state" was consumed | line -1


def good_print(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> None:
    print("before the step:", state)
    state = state.set(index, x)
    print(f"after the step: {state}")
