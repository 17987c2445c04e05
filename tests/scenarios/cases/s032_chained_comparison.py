"""A chained comparison may skip its later operands."""

import equinox as eqx
from jaxtyping import Array


def bump(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> int:
    new = state.set(index, state.get(index) + 1)
    return int(new.get(index))


def may_be_skipped(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], n: int) -> Array:
    between = 0 < n < bump(state, index)
    return state.get(index)  # E: state-reuse | "state" | may have been | "bump" on line -1


def bad_second_operand_always_runs(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], n: int
) -> Array:
    between = 0 < bump(state, index) < n
    return state.get(index)  # E: state-reuse | "state" was consumed by "bump" on line -1


def good_read_before(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], n: int) -> bool:
    return bool(0 <= state.get(index) < n < bump(state, index))
