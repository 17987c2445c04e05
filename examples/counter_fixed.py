"""`counter.py` put right: the newer State takes the old one's name, and mypy has nothing to say."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array


class Counter(eqx.Module):
    index: eqx.nn.StateIndex

    def __init__(self):
        init_state = jnp.array(0)
        self.index = eqx.nn.StateIndex(init_state)

    @jax.jit
    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        value = state.get(self.index)
        new_x = x + value
        new_state = state.set(self.index, value + 1)
        return new_x, new_state


counter, state = eqx.nn.make_with_state(Counter)()
x = jnp.array(2.3)

_, state = counter(x, state)
print(state)
