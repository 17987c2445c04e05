"""Names that a loop swaps: either may hold the State that is consumed (policy)."""

import equinox as eqx
from jaxtyping import Array

from mypy_eqxstate import clone

from .common import positive


def good_swap_on_some_paths(
    first: eqx.nn.State, second: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    if positive(x):
        first, second = second, first
    first = first.set(index, x)
    return second.get(index)


def good_swap_and_use_in_each_turn(
    first: eqx.nn.State, second: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for factor in range(3):
        left, right = clone(first), clone(second)
        if positive(x * factor):
            left, right = right, left
        left = left.set(index, x)
        x = x + right.get(index)
    return x


def good_swap_on_a_flag(
    first: eqx.nn.State, second: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    if flag:
        first, second = second, first
    first = first.set(index, x)
    return second.get(index)


# silent-at-run-time: the names never hold the same State, which is not known from turn to turn
def bad_swap_in_a_loop(
    first: eqx.nn.State, second: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for turn in range(3):
        first = first.set(index, x)  # E: state-reuse | "first" | loop -1
        first, second = second, first
    return x
