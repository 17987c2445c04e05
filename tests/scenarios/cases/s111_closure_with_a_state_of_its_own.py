"""A closure that makes its own State touches nobody else's."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array


class Counter(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __init__(self) -> None:
        self.index = eqx.nn.StateIndex(jnp.array(0.0))


def good_own_local(state: eqx.nn.State, x: Array) -> Array:
    def run(value: Array) -> Array:
        counter, state = eqx.nn.make_with_state(Counter)()
        state = state.set(counter.index, value)
        return state.get(counter.index)

    y = run(x) + run(x)
    print(state)
    return y


def good_own_parameter(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    def run(state: eqx.nn.State) -> Array:
        return state.set(index, x).get(index)

    return run(other) + state.get(index)
