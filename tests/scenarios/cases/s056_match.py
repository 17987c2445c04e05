"""The cases of a `match` exclude each other; one that is not exhaustive may run none of them."""

import equinox as eqx
from jaxtyping import Array


def good_exclusive_cases(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    match n:
        case 0:
            return state.set(index, x).get(index)
        case 1:
            return state.get(index)
        case _:
            return state.get(index) + x


def may_read_after(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int) -> Array:
    match n:
        case 0:
            x = state.set(index, x).get(index)
        case 1:
            x = x + 1
    return x + state.get(index)  # E: state-reuse | "state" | may have been consumed | line -3


def may_match_none(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int) -> Array:
    match n:
        case 0:
            x = state.set(index, x).get(index)
        case 1:
            x = state.set(index, x + 1).get(index)
    return x + state.get(index)  # E: state-reuse | "state" | may have been consumed | @-1 | @-3


def bad_every_case(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int) -> Array:
    match n:
        case 0:
            x = state.set(index, x).get(index)
        case _:
            x = state.set(index, x + 1).get(index)
    return x + state.get(index)  # E: state-reuse | "state" was consumed | @-1 | @-3


def good_pair_matches_on_a_flag(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    match (x, state):
        case (y, same) if flag:
            x = y + same.set(index, x).get(index)
        case _:
            x = x + 1
    return x if flag else state.get(index)


def bad_pair_matches(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    match {"state": state}:
        case {"state": same}:
            x = same.set(index, x).get(index)
    return x + state.get(index)  # E: state-reuse | "state" was consumed | @-1


# silent-at-run-time: the list that is tried has another length
def may_have_another_length(
    states: list[eqx.nn.State], state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    match states:
        case [first, second]:
            x = state.set(index, first.get(index) + second.get(index)).get(index)
    return x + state.get(index)  # E: state-reuse | "state" | may have been consumed | @-1
