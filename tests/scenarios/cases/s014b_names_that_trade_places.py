"""Two names swapped on some paths: either may hold the State that is consumed (policy)."""

import equinox as eqx
from jaxtyping import Array

from .common import positive


# silent-at-run-time: the names never hold the same State, which is not known where paths have met
def may_swap_on_some_paths(
    first: eqx.nn.State, second: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    if positive(x):
        first, second = second, first
    first = first.set(index, x)
    return second.get(index)  # E: state-reuse | "second" | may have been consumed | line -1


def good_swap_on_a_flag(
    first: eqx.nn.State, second: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    if flag:
        first, second = second, first
    first = first.set(index, x)
    return second.get(index)


# silent-at-run-time: as above, from turn to turn
def bad_swap_in_a_loop(
    first: eqx.nn.State, second: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for turn in range(3):
        first = first.set(index, x)  # E: state-reuse | "first" | loop -1
        first, second = second, first
    return x
