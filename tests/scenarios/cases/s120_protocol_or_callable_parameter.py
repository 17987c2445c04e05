"""A callable known by its signature only: State in and State out means that it takes over."""

import abc
from collections.abc import Callable
from typing import Protocol

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


class Layer(Protocol):
    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]: ...


class AbstractLayer(eqx.Module):
    @abc.abstractmethod
    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        raise NotImplementedError

    def bad_template_method(self, x: Array, state: eqx.nn.State) -> eqx.nn.State:
        y, first = self(x, state)
        y, second = self(y, state)  # E: state-stale
        #   | "state" is out of date: "self" took it over on line -1
        return second


class CountingLayer(AbstractLayer):
    counter: CompiledCounter

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        return self.counter(x, state)


def bad_protocol(layer: Layer, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    y, first = layer(x, state)
    y, second = layer(y, state)  # E: state-stale
    #   | "state" is out of date: "layer" took it over on line -1
    return second


def bad_callable(
    layer: Callable[[Array, eqx.nn.State], tuple[Array, eqx.nn.State]],
    state: eqx.nn.State,
    x: Array,
) -> eqx.nn.State:
    y, first = layer(x, state)
    y, second = layer(y, state)  # E: state-stale
    #   | "state" is out of date: "layer" took it over on line -1
    return second


def good_chained(layer: Layer, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    y, first = layer(x, state)
    y, second = layer(y, first)
    return second


def good_no_state_comes_back(
    layer: Callable[[Array, eqx.nn.State], Array], state: eqx.nn.State, x: Array
) -> eqx.nn.State:
    y = layer(x, state)
    print(y)
    return state
