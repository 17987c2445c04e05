"""A script without annotations: what its module body passes shows what the parameters are."""

import equinox as eqx
import jax.numpy as jnp


class Counter(eqx.Module):
    index: eqx.nn.StateIndex

    def __init__(self):
        self.index = eqx.nn.StateIndex(jnp.array(0.0))

    def __call__(self, x, state):
        count = state.get(self.index) + 1
        return x + count, state.set(self.index, count)


class Runner:
    def __init__(self):
        self.model, self.state = eqx.nn.make_with_state(Counter)()


# not-run: called below
def bad_loss(model, state, x):
    y, newest_state = eqx.filter_jit(model)(x, state)
    return jnp.sum(y), state  # E: state-stale | line -1


# not-run: called below
@eqx.filter_jit
def good_step(model, state, x):
    y, state = model(x, state)
    return model, state


# not-run: called below
@eqx.filter_jit
def good_loss(model, state, x):
    y, state = eqx.filter_jit(model)(x, state)
    return jnp.sum(y), state


runner = Runner()
counter, first_state = eqx.nn.make_with_state(Counter)()
for turn in range(3):
    counter, first_state = good_step(counter, first_state, jnp.array(1.0))
    loss, first_state = good_loss(counter, first_state, jnp.array(1.0))
    loss, first_state = bad_loss(counter, first_state, jnp.array(1.0))
