"""Cells of a notebook, written as one module: a later cell reads what an earlier one consumed.

Notebook files themselves are tested elsewhere.
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array


class Counter(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __init__(self) -> None:
        self.index = eqx.nn.StateIndex(jnp.array(0.0))


# %%
counter, state = eqx.nn.make_with_state(Counter)()

# %%
state = state.set(counter.index, jnp.array(1.0))
print(state.get(counter.index))

# %%
trained = state.set(counter.index, jnp.array(2.0))

# %%
print(trained.get(counter.index))
print(state.get(counter.index))  # E: state-reuse | "state" was consumed | "state.set" on line -4
