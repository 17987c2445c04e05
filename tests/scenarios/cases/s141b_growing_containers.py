"""Containers that a loop fills, in any nesting, keep what they hold without an end."""

import equinox as eqx
from jaxtyping import Array


def good_rows(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], n: int) -> Array:
    rows: list[list[Array]] = []
    for i in range(3):
        row: list[Array] = []
        for j in range(3):
            row.append(state.get(index))
        rows.append(row)
    return rows[0][0]


def good_contains_itself(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    first: list[object] = []
    second: list[object] = [first]
    first.append(second)
    return state.get(index)


def bad_history(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    history: list[list[eqx.nn.State]] = []
    for step in range(3):
        history.append([state])
        state = state.set(index, x)
    return history[0][0].get(index)  # E: state-reuse | "history[0][0]" | "state.set" on line -1
