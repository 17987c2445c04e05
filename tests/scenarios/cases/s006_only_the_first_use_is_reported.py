"""Several uses after one consumption: one cause, one error, on the first of them."""

import equinox as eqx
from jaxtyping import Array


def bad_three_reads(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    first = state.get(index)  # E: state-reuse | "state" was consumed | line -1
    second = state.get(index)
    return first + second + state.get(index)


def bad_two_causes(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    new = state.set(index, x)
    newer = other.set(index, x)
    if flag:
        return other.get(index)  # E: state-reuse | "other" was consumed | line -2
    return state.get(index)  # E: state-reuse | "state" was consumed | line -4
