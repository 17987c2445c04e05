"""The iterable of a `for` is evaluated once."""

import equinox as eqx
from jaxtyping import Array


def leaves(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> list[Array]:
    return [state.get(index), state.get(index)]


def good_iterable_consumes(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for leaf in leaves(state.set(index, x), index):
        x = x + leaf
    return x


def bad_body_reads(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for leaf in leaves(state.set(index, x), index):
        x = x + state.get(index)  # E: state-reuse | "state" was consumed | line -1
    return x


def bad_read_after(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for leaf in leaves(state.set(index, x), index):
        x = x + leaf
    return x + state.get(index)  # E: state-reuse | "state" was consumed | line -2
