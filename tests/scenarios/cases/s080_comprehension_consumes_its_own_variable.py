"""A comprehension consumes its own variable, which is another State in each turn."""

import equinox as eqx
from jaxtyping import Array


def good_own_variable(
    states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> list[eqx.nn.State]:
    return [state.set(index, x) for state in states]


def good_shadowing(
    state: eqx.nn.State, states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    states = [state.set(index, x) for state in states]
    return state.get(index)


def bad_own_variable_twice(
    states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> list[tuple[eqx.nn.State, Array]]:
    return [(state.set(index, x), state.get(index)) for state in states]  # E: state-reuse
    #   | "state" was consumed | line +0
