"""In an augmented assignment the target is evaluated before the right side."""

import equinox as eqx
from jaxtyping import Array


def bump(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = state.set(index, state.get(index) + 1)
    return new.get(index)


def good_target_first(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> list[Array]:
    totals = [x, x]
    totals[int(state.get(index))] += bump(state, index)
    return totals


def good_name_first(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    total = state.get(index)
    total += bump(state, index)
    return total


def bad_target_in_the_next_statement(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> list[Array]:
    totals = [x, x]
    totals[0] += bump(state, index)
    totals[int(state.get(index))] += x  # E: state-reuse | "state" was consumed by "bump" on line -1
    return totals
