"""A name that is declared as plain data holds a model: that it is called with a State says so."""

import enum

import equinox as eqx
import jax


class Kind(enum.Enum):
    ONE = enum.auto()

    @property
    def create(self):
        return getattr(jax, self.name)


# not-run: there is no model of this name
def bad_rebound(kind: Kind):
    kind = kind.create()
    state = eqx.nn.State(kind)

    def step(kind, state, x):
        y, state = jax.vmap(kind)(x, state)
        return y, state

    y, new_state = step(kind, state, 1.0)
    print(state)  # E: state-stale | "state" is out of date | line -1


# not-run: there is no model of this name
def good_rebound(kind: Kind):
    kind = kind.create()
    state = eqx.nn.State(kind)

    def step(kind, state, x):
        y, state = jax.vmap(kind)(x, state)
        return y, state

    y, state = step(kind, state, 1.0)
    print(kind.name.upper(), state)
