"""What the body does counts, whatever the annotations say."""

from typing import Any

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


class Layer(eqx.Module):
    counter: CompiledCounter

    def __call__(self, x: Array, state: eqx.nn.State) -> Array:
        x, state = self.counter(x, state)
        return x, state  # type: ignore[return-value]


def bad_result_is_no_array(layer: Layer, x: Array, state: eqx.nn.State) -> Any:
    y, new = layer(x, state)
    return state  # E: state-stale | line -1


def good_result_is_no_array(layer: Layer, x: Array, state: eqx.nn.State) -> Any:
    y, state = layer(x, state)
    return state


# not-run: the annotation is wrong
def bad_after_a_test_that_is_always_true(
    counter: CompiledCounter, x: Array, state: eqx.nn.State, key: "print"  # type: ignore[valid-type]
) -> Any:
    if key is None:
        raise RuntimeError("a key is needed")
    y, new = counter(x, state)
    return state  # E: state-stale | line -1
