"""A function that a factory returns finds in its captured variables what the factory was given."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array

from .common import EagerCounter


class Counter(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __init__(self):
        self.index = eqx.nn.StateIndex(jnp.array(0.0))

    def __call__(self, x, state):
        count = state.get(self.index) + 1
        return x + count, state.set(self.index, count)


def make_step(model):
    def step(state, x):
        return model(x, state)

    return step


def make_compiled_step(model):
    return jax.jit(lambda state, x: model(x, state))


def bad_used_twice(x):
    model, state = eqx.nn.make_with_state(Counter)()
    step = make_step(model)
    y, first = step(state, x)
    z, second = step(state, x)  # E: state-reuse | "state" was consumed | line -1
    return first, second


def bad_compiled(x):
    model, state = eqx.nn.make_with_state(Counter)()
    step = make_compiled_step(model)
    y, first = step(state, x)
    return first, state  # E: state-stale | "state" is out of date | line -1


def good_threaded(x):
    model, state = eqx.nn.make_with_state(Counter)()
    step = make_step(model)
    y, state = step(state, x)
    z, state = step(state, x)
    return state


def good_one_of_two_factories(x):
    model, state = eqx.nn.make_with_state(Counter)()
    other, other_state = eqx.nn.make_with_state(Counter)()
    step, other_step = make_step(model), make_step(other)
    y, state = step(state, x)
    z, other_state = other_step(other_state, x)
    return state, other_state


# not-run: an EagerCounter is made from its annotations
def bad_annotated(counter: EagerCounter, state: eqx.nn.State, x: Array) -> Array:
    step = make_step(counter)
    y, new = step(state, x)
    return state.get(counter.index)  # E: state-reuse | "state" was consumed | line -1
