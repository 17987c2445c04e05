"""`map` calls its function for each element."""

import equinox as eqx
from jaxtyping import Array


def bump(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    return state.set(index, state.get(index) + 1).get(index)


def bad_map_over_the_same(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> list[Array]:
    return list(map(lambda s: bump(s, index), [state, state]))  # E: state-reuse


def bad_read_after_map(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    counts = list(map(lambda s: bump(s, index), [state, other]))
    return state.get(index)  # E: state-reuse | "state" | line -1


def good_map_over_two(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> list[Array]:
    return list(map(lambda s: bump(s, index), [state, other]))


def good_map_reads(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> list[Array]:
    return list(map(lambda s: s.get(index), [state, state]))
