"""Annotations, as objects or as strings, use nothing; nor does what only a type checker reads."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import equinox as eqx
from jaxtyping import Array

if TYPE_CHECKING:
    Reader = Callable[[eqx.nn.State], Array]

state: eqx.nn.State


def good_mentions(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    if TYPE_CHECKING:
        later: eqx.nn.State
    reader: "Reader" = lambda state: state.get(index)

    def local(state: "eqx.nn.State") -> "eqx.nn.State":
        return state

    return reader(local(new))


def bad_use_beside_an_annotation(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new: "eqx.nn.State" = state.set(index, x)
    count: "Array" = state.get(index)  # E: state-reuse | "state" was consumed | line -1
    return count
