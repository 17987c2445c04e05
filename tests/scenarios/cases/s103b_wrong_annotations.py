"""What the body does counts, whatever the annotations say."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
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
    y, new = layer(x, state)
    return new


# not-run: the annotation is wrong
def bad_after_a_test_that_is_always_true(
    counter: CompiledCounter, x: Array, state: eqx.nn.State, key: "print"  # type: ignore[valid-type]
) -> Any:
    if key is None:
        raise RuntimeError("a key is needed")
    y, new = counter(x, state)
    return state  # E: state-stale | line -1


def loss(model: eqx.Module, x: Array, state: eqx.nn.State) -> Array:
    def call(x, state):
        return model(x, state)

    y, model_state = jax.checkpoint(call)(x, state)
    return jnp.sum(y), model_state  # type: ignore[return-value]


def bad_steps(counter: CompiledCounter, x: Array, state: eqx.nn.State) -> Array:
    @eqx.filter_jit
    def make_step(model: eqx.Module, x: Array, state: eqx.nn.State):
        (value, new_state), gradients = eqx.filter_value_and_grad(loss, has_aux=True)(
            model, x, state
        )
        return value, new_state

    for turn in range(3):
        x, new_state = make_step(counter, x, state)  # E: state-stale | loop -1
    return x
