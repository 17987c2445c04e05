"""The report that started the project: jit hides that `state` is old, so nothing raises.

https://github.com/patrick-kidger/equinox/issues/1071

Without the line `@jax.jit` Equinox raises an error at `print(state)`. With it the old State is
printed as if it were the current one. `make demo` shows what mypy says here with the plugin;
`counter_fixed.py` is the right version.
"""

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

_, new_state = counter(x, state)
print(state)
