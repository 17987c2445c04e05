"""Of an overloaded signature the item that the call chooses counts."""

from typing import Literal, Protocol, overload

import equinox as eqx
from jaxtyping import Array


class Layer(Protocol):
    @overload
    def __call__(
        self, x: Array, state: eqx.nn.State, *, train: Literal[True] = True
    ) -> tuple[Array, eqx.nn.State]: ...

    @overload
    def __call__(self, x: Array, state: eqx.nn.State, *, train: Literal[False]) -> Array: ...


def good_evaluation(
    layer: Layer, state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    y = layer(x, state, train=False)
    return y + state.get(index)


def bad_training(
    layer: Layer, state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    y, new = layer(x, state)
    return y + state.get(index)  # E: state-stale
    #   | "state" is out of date: "layer" took it over on line -1


def good_training(
    layer: Layer, state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    y, state = layer(x, state, train=True)
    return y + state.get(index)
