"""Classes inside a function without annotations: mypy does not look there, their fields count."""

import equinox as eqx
import jax.numpy as jnp
from equinox.nn import BatchNorm, StateIndex


def bad_layer_of_a_layer():
    class Counter(eqx.Module):
        index: StateIndex

        def __init__(self):
            self.index = StateIndex(jnp.array(0.0))

        def __call__(self, x, state):
            count = state.get(self.index)
            return x + count, state.set(self.index, count + 1)

    class Model(eqx.Module):
        counter: Counter

        def __init__(self):
            self.counter = Counter()

        def __call__(self, x, state):
            x, second = self.counter(x, state)
            x, state = self.counter(x, state)  # E: state-reuse | line -1 | use "second"
            return x, state

    model, state = eqx.nn.make_with_state(Model)()
    return model(jnp.array(1.0), state)


def good_layer_of_a_layer():
    class Counter(eqx.Module):
        index: StateIndex

        def __init__(self):
            self.index = StateIndex(jnp.array(0.0))

        def __call__(self, x, state):
            count = state.get(self.index)
            return x + count, state.set(self.index, count + 1)

    class Model(eqx.Module):
        counter: Counter
        norm: BatchNorm

        def __init__(self):
            self.counter = Counter()
            self.norm = BatchNorm(1, axis_name="batch")

        def __call__(self, x, state):
            x, state = self.counter(x, state)
            x, state = self.counter(x, state)
            return x, state

    model, state = eqx.nn.make_with_state(Model)()
    return model(jnp.array(1.0), state)
