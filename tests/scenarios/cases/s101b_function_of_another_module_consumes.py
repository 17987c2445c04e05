"""A layer defined in another module consumes its parameter: the object itself is old."""

import equinox as eqx
from jaxtyping import Array

from .common import EagerCounter


def bad_layer(counter: EagerCounter, state: eqx.nn.State, x: Array) -> Array:
    y, new = counter(x, state)
    return y + state.get(counter.index)  # E: state-reuse
    #   | "state" was consumed by "counter" on line -1


def bad_thrown_away(counter: EagerCounter, state: eqx.nn.State, x: Array) -> Array:
    y, _ = counter(x, state)
    z, _ = counter(y, state)  # E: state-reuse | "state" was consumed by "counter" on line -1
    return z
