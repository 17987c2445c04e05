"""What the experiments are made of: States, what holds them, and callables that consume them.

state = fresh()
step(X, state)
assert is_old(state)
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

State = eqx.nn.State


class Counter(eqx.Module):
    """A stateful layer that counts its calls."""

    index: eqx.nn.StateIndex[Any]
    weight: jax.Array

    def __init__(self) -> None:
        self.index = eqx.nn.StateIndex(jnp.array(0.0))
        self.weight = jnp.array(1.0)

    def __call__(self, x: Any, state: Any) -> Any:
        return x * self.weight, state.set(self.index, state.get(self.index) + 1)


MODEL, _INITIAL = eqx.nn.make_with_state(Counter)()
INDEX = MODEL.index
X = jnp.array(1.0)


def fresh() -> Any:
    """Make a State that nobody else holds."""
    return jax.tree_util.tree_map(lambda leaf: leaf, _INITIAL)


def pair() -> list[Any]:
    """Make a container with two States and an array."""
    return [fresh(), X, fresh()]


def step(x: Any, state: Any) -> Any:
    """Consume a State."""
    return x * 1.0, state.set(INDEX, state.get(INDEX) + 1)


def step_packed(packed: Any) -> Any:
    """Consume a State that comes in one argument together with the array."""
    return step(*packed)


def consume(state: Any) -> None:
    """Make a State old."""
    state.set(INDEX, jnp.array(0.0))


def is_old(state: Any) -> bool:
    """Tell whether a State was consumed."""
    return not isinstance(state._state, dict)


def states_in(value: Any) -> list[Any]:
    """Find the State objects in a value, in order, looking into containers and instances."""
    if isinstance(value, State):
        return [value]
    return [state for member in named_members(value).values() for state in states_in(member)]


def named_members(value: Any) -> dict[Any, Any]:
    """List what a container or an instance holds, by key, index or attribute name."""
    if isinstance(value, State | jax.Array | str | bytes | type):
        return {}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return dict(zip(value._fields, value, strict=True))
    if isinstance(value, list | tuple | set | frozenset | collections.deque):
        return dict(enumerate(value))
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        return {name: getattr(value, name) for name in names if hasattr(value, name)}
    return {}


class Noted:
    """A callable that notes what it was called with and what it returned."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.calls: list[tuple[tuple[Any, ...], Any]] = []

    def __call__(self, *args: Any) -> Any:
        result = self.function(*args)
        self.calls.append((args, result))
        return result


@dataclass
class Box:
    """A mutable instance that holds a State."""

    state: Any = field(default_factory=fresh)
    other: Any = None


class Pair(collections.namedtuple("Pair", ["state", "other"])):
    """A named tuple that holds a State."""
