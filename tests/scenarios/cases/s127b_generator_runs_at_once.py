"""A generator is taken to run when its iteration begins, all of it at once (policy)."""

from collections.abc import Iterator

import equinox as eqx
from jaxtyping import Array


def versions(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], n: int
) -> Iterator[eqx.nn.State]:
    for turn in range(n):
        state = state.set(index, state.get(index) + 1)
        yield state


# silent-at-run-time: the name is rebound whenever the generator has consumed what it held
def may_argument_rebound_by_the_loop(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], n: int
) -> Array:
    for newer in versions(state, index, n):
        state = newer
    return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -2


def good_newest_kept_apart(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    for newer in versions(state, index, n):
        x = newer.get(index)
    return x
