"""In an assignment the right side is evaluated before the target's subscript."""

import equinox as eqx
from jaxtyping import Array


def bad_subscript_reads_late(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> dict[float, eqx.nn.State]:
    table: dict[float, eqx.nn.State] = {}
    table[float(state.get(index))] = state.set(index, x)  # E: state-reuse | "state" was consumed
    #   | line +0
    return table


def good_subscript_reads_the_new_one(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> dict[float, eqx.nn.State]:
    table: dict[float, eqx.nn.State] = {}
    table[float(x)] = state = state.set(index, x)
    table[float(state.get(index))] = state
    return table


def good_right_side_reads(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> dict[int, Array]:
    table: dict[int, Array] = {}
    table[id(state.set(index, x))] = x
    return table
