"""The receiver is evaluated, then its own argument consumes it: the outer call is too late."""

import equinox as eqx
from jaxtyping import Array


def bump(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = state.set(index, state.get(index) + 1)
    return new.get(index)


def bad_outer_call(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return state.set(index, bump(state, index))  # E: state-reuse | "state" was consumed by "bump"
    #   | consumed again


def good_in_two_steps(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> eqx.nn.State:
    value = bump(state, index)
    return other.set(index, value)
