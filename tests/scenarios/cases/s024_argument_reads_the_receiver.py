"""The receiver is consumed by the call, after the arguments have been read from it."""

import equinox as eqx
from jaxtyping import Array


def good_read_in_the_argument(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> eqx.nn.State:
    state = state.set(index, state.get(index) + x)
    return state.update(state.substate(index))


def bad_read_from_the_one_before(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> eqx.nn.State:
    new = state.set(index, x)
    return new.set(index, state.get(index) + x)  # E: state-reuse | "state" was consumed | line -1
