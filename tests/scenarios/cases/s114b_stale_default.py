"""A default value that was out of date when it was evaluated is out of date in the call."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


def bad_default(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    x, new = counter(x, state)
    later = lambda old=state: old.get(counter.index)
    return x + later()  # E: state-stale | "old" | "counter" | line -2


def good_default_evaluated_before(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> Array:
    snapshot = lambda old=state: old.get(counter.index)
    x, new = counter(x, state)
    return x + snapshot()


def good_newer_one_given(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    x, new = counter(x, state)
    later = lambda old=state: old.get(counter.index)
    return x + later(new)
