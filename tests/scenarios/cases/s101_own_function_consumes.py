"""A function of this module consumes its parameter: its body says so, annotated or not."""

import equinox as eqx
from jaxtyping import Array


class Counter(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def count(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        count = state.get(self.index) + 1
        return x + count, state.set(self.index, count)


def bump(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return state.set(index, state.get(index) + 1)


def bump_twice(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return bump(bump(state, index), index)


def bump_without_annotations(state, index):
    return state.set(index, state.get(index) + 1)


def bad_function(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = bump(state, index)
    return state.get(index)  # E: state-reuse | "state" was consumed by "bump" on line -1
    #   | used again | "new"


def bad_two_levels(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    new = bump_twice(state, index)
    return bump(state, index)  # E: state-reuse | "state" was consumed by "bump_twice" on line -1
    #   | consumed again


def bad_method(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    y, new = counter.count(x, state)
    return y + state.get(counter.index)  # E: state-reuse
    #   | "state" was consumed by "counter.count" on line -1


def bad_without_annotations(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = bump_without_annotations(state, index)
    return state.get(index)  # E: state-reuse
    #   | "state" was consumed by "bump_without_annotations" on line -1


def good_rebound(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    state = bump_twice(bump(state, counter.index), counter.index)
    x, state = counter.count(x, state)
    return x + state.get(counter.index)
