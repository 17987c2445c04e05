"""An override consumes what the base class only reads.

Policy: a method's body counts for its static receiver, so it is seen where the receiver's type is
the subclass.
"""

import equinox as eqx
from jaxtyping import Array


class Reader:
    def read(self, state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
        return state.get(index)


class Counter(Reader):
    def read(self, state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
        return state.set(index, state.get(index) + 1).get(index)


class Doubled(Counter):
    def read_twice(self, state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
        return super().read(state, index) * 2


def bad_subclass(counter: Counter, state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    y = counter.read(state, index)
    return y + state.get(index)  # E: state-reuse
    #   | "state" was consumed by "counter.read" on line -1


def bad_inherited(doubled: Doubled, state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    y = doubled.read(state, index)
    return y + state.get(index)  # E: state-reuse
    #   | "state" was consumed by "doubled.read" on line -1


def bad_through_super(
    doubled: Doubled, state: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    y = doubled.read_twice(state, index)
    return y + state.get(index)  # E: state-reuse
    #   | "state" was consumed by "doubled.read_twice" on line -1


def good_base(reader: Reader, state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    y = reader.read(state, index)
    return y + state.get(index)
