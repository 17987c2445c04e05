"""`counter.py` put right: the newer State takes the old one's name, and mypy has nothing to say."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array


class Counter(eqx.Module):
    index: eqx.nn.StateIndex

    def __init__(self):
        self.index = eqx.nn.StateIndex(jnp.array(0))

    @jax.jit
    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        value = state.get(self.index)
        return x + value, state.set(self.index, value + 1)


counter, state = eqx.nn.make_with_state(Counter)()
_, state = counter(jnp.array(2.3), state)
print(state)
