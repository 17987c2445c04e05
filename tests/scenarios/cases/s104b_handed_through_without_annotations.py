"""A callee without annotations that hands through what it is given takes over nothing."""

import equinox as eqx
import jax.numpy as jnp


class Counter(eqx.Module):
    index: eqx.nn.StateIndex

    def __init__(self):
        self.index = eqx.nn.StateIndex(jnp.array(0.0))


def both(first, second):
    return first, second


def show(state: eqx.nn.State) -> None:
    print(state)


def good_one_of_a_pair(state, other):
    same, second = both(state, other)
    show(second)
    return state


def bad_consumed_under_another_name(index, state: eqx.nn.State, other: eqx.nn.State):
    same, second = both(state, other)
    new = second.set(index, 1.0)
    return new, other.get(index)  # E: state-reuse | "other" | line -1


counter, fresh = eqx.nn.make_with_state(Counter)()
_, another = eqx.nn.make_with_state(Counter)()
good_one_of_a_pair(fresh, another)
