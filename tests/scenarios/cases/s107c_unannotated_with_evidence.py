"""Unannotated functions whose States are known from where they come from in this module."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array


class Counter(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __init__(self):
        self.index = eqx.nn.StateIndex(jnp.array(0.0))

    def __call__(self, x, state):
        count = state.get(self.index) + 1
        return x + count, state.set(self.index, count)


def bad_made_here(x):
    counter, state = eqx.nn.make_with_state(Counter)()
    y, first = counter(x, state)
    z, second = counter(y, state)  # E: state-reuse | "state" was consumed by "counter" on line -1
    return z, first, second


def bad_set_here(x):
    counter, state = eqx.nn.make_with_state(Counter)()
    state = state.set(counter.index, x)
    new = state.set(counter.index, x + 1)
    return state.get(counter.index), new  # E: state-reuse | "state" was consumed | line -1


def bad_passed_by_a_caller_of_this_module(state, index):
    new = state.set(index, state.get(index) + 1)
    return state.get(index), new  # E: state-reuse | "state" was consumed | line -1


# not-run: it calls the function above, which is wrong
def good_caller(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> None:
    _ = bad_passed_by_a_caller_of_this_module(state, index)


def good_made_here(x):
    counter, state = eqx.nn.make_with_state(Counter)()
    for step in range(3):
        x, state = counter(x, state)
    return x + state.get(counter.index)
