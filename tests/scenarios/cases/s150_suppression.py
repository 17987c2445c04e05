"""`# type: ignore` works on the line of the use, with the rule's code or its parent's.

An ignore that suppresses nothing is reported, and so is, by mypy's own rule for sub-codes, the
parent's code where the narrower one would do. How this looks in the daemon is tested elsewhere.
"""

import equinox as eqx
from jaxtyping import Array


# not-run: the suppressed errors are real
def good_suppressed(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    return state.get(index)  # type: ignore[state-reuse]


# not-run: the suppressed errors are real
def bad_suppressed_by_the_parent_code(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = state.set(index, x)
    return state.get(index)  # type: ignore[eqxstate]  # E: unused-ignore
    #   | use narrower [state-reuse]


# not-run: the suppressed errors are real
def good_suppressed_without_a_code(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = state.set(index, x)
    return state.get(index)  # type: ignore


def bad_unused(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    state = state.set(index, x)
    return state.get(index)  # type: ignore[state-reuse]  # E: unused-ignore


def bad_at_the_consumption(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)  # type: ignore[state-reuse]  # E: unused-ignore
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1
