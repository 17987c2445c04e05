"""What every drawn program begins with: helpers and classes that hold States."""

PRELUDE = """\
import contextlib
import dataclasses
import functools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, NamedTuple

import equinox as eqx
import jax
from jaxtyping import Array
from mypy_eqxstate import clone
from support import advance, array, items, ready, risky, run, show

State = eqx.nn.State


class Layer(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __init__(self) -> None:
        self.index = eqx.nn.StateIndex(array())

    def __call__(self, x: Array, state: State) -> tuple[Array, State]:
        return x, state.set(self.index, state.get(self.index) + x)

    @eqx.filter_jit
    def compiled(self, x: Array, state: State) -> tuple[Array, State]:
        return x, state.set(self.index, state.get(self.index) + x)


@dataclasses.dataclass
class Holder:
    state: State
    other: State


class Two(NamedTuple):
    first: State
    second: State


class Carrier(eqx.Module):
    layer: Layer
    state: State

    def peek(self) -> Array:
        return self.state.get(self.layer.index)

    def spoil(self) -> State:
        return self.state.set(self.layer.index, self.state.get(self.layer.index))

    def advanced(self) -> "Carrier":
        return Carrier(self.layer, self.state.set(self.layer.index, array()))


def peek(layer: Layer, state: State) -> Array:
    return state.get(layer.index)


def step(layer: Layer, state: State) -> State:
    return state.set(layer.index, state.get(layer.index))


@eqx.filter_jit
def compiled_step(layer: Layer, state: State) -> State:
    return state.set(layer.index, state.get(layer.index))


def perhaps(layer: Layer, state: State) -> State:
    if ready():
        state = state.set(layer.index, state.get(layer.index))
    return state


def handed_on(state: State) -> State:
    return state


def again(layer: Layer, state: State) -> State:
    if ready():
        return again(layer, state.set(layer.index, state.get(layer.index)))
    return state


def first_of(layer: Layer, *states: State) -> State:
    return states[0].set(layer.index, states[1].get(layer.index))


def by_name(layer: Layer, **states: State) -> State:
    return states["state"].set(layer.index, states["other"].get(layer.index))


async def waited(layer: Layer, state: State) -> State:
    return state.set(layer.index, state.get(layer.index))


def versions(layer: Layer, state: State) -> Iterator[State]:
    for _ in items():
        state = state.set(layer.index, state.get(layer.index))
        yield state


@contextlib.contextmanager
def lent(state: State) -> Iterator[State]:
    yield state


async def changes(layer: Layer, state: State) -> AsyncIterator[State]:
    for _ in items():
        state = state.set(layer.index, state.get(layer.index))
        yield state


@contextlib.asynccontextmanager
async def reserved(state: State) -> AsyncIterator[State]:
    yield state


def loss(x: Array, layer: Layer, state: State) -> tuple[Array, State]:
    return x, state.set(layer.index, x)


class Trainer:
    def __init__(self, layer: Layer, state: State) -> None:
        self.layer = layer
        self.state = state

    def run(self) -> None:
        self.state = self.state.set(self.layer.index, self.state.get(self.layer.index))

    def run_compiled(self) -> None:
        self.state = compiled_step(self.layer, self.state)

    def spoil(self) -> State:
        return self.state.set(self.layer.index, self.state.get(self.layer.index))

    def peek(self) -> Array:
        return self.state.get(self.layer.index)


"""
