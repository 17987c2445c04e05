"""A function without annotations that is called in two ways: what holds for either "may" (policy)."""

import equinox as eqx
from jaxtyping import Array

from mypy_eqxstate import clone

from .common import positive


# not-run: the two below call it
def may_count(layer, x, state):
    y, new = layer(x, state)
    return y + state.get(layer.index)  # E: state-reuse | "state" | may have been consumed | line -1


class Counter(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        return x, state.set(self.index, x)


def run(counter: Counter, x: Array, state: eqx.nn.State) -> Array:
    return may_count(counter, x, clone(state))


class CountsPositive(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        if positive(x):
            state = state.set(self.index, x)
        return x, state


def nobody_calls_this(counter: CountsPositive, x: Array, state: eqx.nn.State) -> Array:
    return may_count(counter, x, clone(state))
