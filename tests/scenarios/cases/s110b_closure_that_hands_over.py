"""A closure hands the State that it captures to a compiled function, and returns the newer one."""

from collections.abc import Callable

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


def bad_old_one_read(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    def step(x: Array) -> tuple[Array, eqx.nn.State]:
        return counter(x, state)

    y, new = step(x)
    return y + state.get(counter.index)  # E: state-stale | "state" | "step" took it over on line -1


def bad_called_again(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    step = lambda x: counter(x, state)
    y, new = step(x)
    z, new = step(y)  # E: state-stale | "state" | line -1
    return z + new.get(counter.index)


def good_rebound(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    step = lambda x: counter(x, state)
    y, state = step(x)
    z, state = step(y)
    return z + state.get(counter.index)


def good_newer_one_dropped(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    step = lambda x: counter(x, state)
    y, _ = step(x)
    z, _ = step(y)
    return z + state.get(counter.index)
