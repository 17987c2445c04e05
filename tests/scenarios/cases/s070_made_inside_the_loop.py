"""A State made in the body is a new object in each turn."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array


class Counter(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __init__(self) -> None:
        self.index = eqx.nn.StateIndex(jnp.array(0.0))


def good_made_each_turn(x: Array) -> Array:
    for step in range(3):
        counter, state = eqx.nn.make_with_state(Counter)()
        new = state.set(counter.index, x)
        x = new.get(counter.index)
    return x


def bad_last_turns_state(x: Array) -> Array:
    counter, state = eqx.nn.make_with_state(Counter)()
    last = state
    for step in range(3):
        x = x + last.get(counter.index)  # E: state-reuse | "last" | loop -1
        counter, state = eqx.nn.make_with_state(Counter)()
        last = state
        new = state.set(counter.index, x)
    return x


def bad_made_before_the_loop(x: Array) -> Array:
    counter, state = eqx.nn.make_with_state(Counter)()
    for step in range(3):
        new = state.set(counter.index, x)  # E: state-reuse | "state" | loop -1
        x = new.get(counter.index)
    return x
