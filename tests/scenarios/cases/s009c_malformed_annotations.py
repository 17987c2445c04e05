"""`Borrowed` and `Consumed` mean something around the type of a parameter, and nowhere else."""

import equinox as eqx
from jaxtyping import Array

from mypy_eqxstate import Borrowed, Consumed


def bad_both(
    state: Borrowed[Consumed[eqx.nn.State]],  # E: state-contract | exclude each other
    index: eqx.nn.StateIndex[Array],
) -> Array:
    return state.get(index)


def bad_nothing_affine(
    count: Borrowed[int],  # E: state-contract | "Borrowed[int]" holds no affine object
) -> int:
    return count


def bad_inside_a_container(
    states: list[Borrowed[eqx.nn.State]],  # E: state-contract | "Borrowed[eqx.nn.State]"
    index: eqx.nn.StateIndex[Array],
) -> list[Array]:
    return [state.get(index) for state in states]


def bad_result(
    state: eqx.nn.State,
) -> Borrowed[eqx.nn.State]:  # E: state-contract | say what a call does to a parameter
    return state


def good_optional(
    state: Borrowed[eqx.nn.State] | None, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    return x if state is None else x + state.get(index)


def bad_both_on_the_right_of_a_union(
    state: None | Borrowed[Consumed[eqx.nn.State]],  # E: state-contract | exclude each other
    index: eqx.nn.StateIndex[Array],
    x: Array,
) -> Array:
    return x if state is None else x + state.get(index)
