"""The report that started the project: jit hides that `state` is old, so nothing raises.

Without the line `@jax.jit` Equinox shows `State(~old~)` at `print(state)`. With it the old numbers
are printed as if they were the current ones. `make demo` shows what mypy says here with the plugin;
`counter_fixed.py` is the right version.
"""

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
_, new_state = counter(jnp.array(2.3), state)
print(state)
