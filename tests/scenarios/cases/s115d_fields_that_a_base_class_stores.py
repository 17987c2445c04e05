"""Fields without annotations that the constructor of a base class stores."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array


class Counter(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __init__(self):
        self.index = eqx.nn.StateIndex(jnp.array(0.0))

    def __call__(self, x, state):
        count = state.get(self.index) + 1
        return x + count, state.set(self.index, count)


class Base:
    def __init__(self):
        self.model, self.state = eqx.nn.make_with_state(Counter)()
        self.step = eqx.filter_jit(self.count)

    def count(self, model, x, state):
        return model(x, state)


class Trainer(Base):
    def bad_old_field(self, x):
        y, new = self.model(x, self.state)
        z, newer = self.model(y, self.state)  # E: state-reuse | "self.state" | line -1
        return new, newer

    def bad_callable_of_the_base(self, x):
        y, new = self.step(self.model, x, self.state)
        return self.state  # E: state-stale | "self.state" | line -1 | "new"

    def good_rebound(self, x):
        y, self.state = self.step(self.model, x, self.state)
        z, self.state = self.model(y, self.state)
        return self.state


class WithItsOwnConstructor(Base):
    def __init__(self):
        super().__init__()
        self.turns = 0

    def bad_old_field(self, x):
        y, new = self.step(self.model, x, self.state)
        return self.state  # E: state-stale | "self.state" | line -1 | "new"


class WithAnotherField(Base):
    """Its own constructor has the last word."""

    def __init__(self):
        super().__init__()
        self.state = [0]

    def good_field_of_its_own(self, x):
        old = self.state
        self.state = [*self.state, x]
        return old, self.state
