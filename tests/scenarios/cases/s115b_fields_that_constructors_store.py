"""Fields without annotations: what `__init__` stores in them is known in all methods."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array


class Counter(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __init__(self):
        self.index = eqx.nn.StateIndex(jnp.array(0.0))

    def __call__(self, x, state):
        count = state.get(self.index) + 1
        return x + count, state.set(self.index, count)


class Trainer:
    def __init__(self):
        self.model, self.state = eqx.nn.make_with_state(Counter)()
        self.step = eqx.filter_jit(self.count)
        self.short_step = eqx.filter_jit(lambda x, state: self.model(x, state))

    def count(self, x, state):
        return self.model(x, state)

    def bad_old_field(self, x):
        y, new = self.step(x, self.state)
        return self.state  # E: state-stale | "self.state" | line -1 | "new"

    def bad_lambda(self, x):
        y, new = self.short_step(x, self.state)
        return self.state  # E: state-stale | "self.state" | line -1 | "new"

    def bad_loop(self, x):
        state = self.state
        for turn in range(3):
            y, new = self.step(x, state)  # E: state-stale | loop -1
        return state

    def bad_marked_as_old(self, x):
        y, new = self.model(x, self.state)
        return self.state.get(self.model.index), new  # E: state-reuse | "self.state" | line -1

    def good_rebound(self, x):
        for turn in range(3):
            y, self.state = self.step(x, self.state)
        return self.state


class Owner:
    """A callable that captures a parameter of the constructor: its annotation counts."""

    def __init__(self, model: Counter):
        self.step = jax.jit(lambda x, state: model(x, state))

    # not-run: a Counter can't be made from its annotations
    def bad_old_argument(self, x: Array, state: eqx.nn.State) -> eqx.nn.State:
        y, new = self.step(x, state)
        return state  # E: state-stale | line -1

    # not-run: the same
    def good_threaded(self, x: Array, state: eqx.nn.State) -> eqx.nn.State:
        y, state = self.step(x, state)
        y, state = self.step(y, state)
        return state
