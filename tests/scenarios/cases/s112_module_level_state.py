"""A State at module level: every call of the function consumes the same object."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array


class Counter(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __init__(self) -> None:
        self.index = eqx.nn.StateIndex(jnp.array(0.0))


counter, shared = eqx.nn.make_with_state(Counter)()
_, renewed = eqx.nn.make_with_state(Counter)()


def step(x: Array) -> Array:
    return shared.set(counter.index, x).get(counter.index)


def renew(x: Array) -> None:
    global renewed
    renewed = renewed.set(counter.index, x)


def bad_called_twice(x: Array) -> Array:
    y = step(x)
    return y + step(x)  # E: state-reuse | "shared" was consumed by "step" on line -1
    #   | consumed again


def bad_read_after(x: Array) -> Array:
    y = step(x)
    return y + shared.get(counter.index)  # E: state-reuse
    #   | "shared" was consumed by "step" on line -1


def good_rebound_inside(x: Array) -> Array:
    renew(x)
    renew(x)
    return renewed.get(counter.index)
