"""A State kept in an attribute of the object: the place is `self.state`."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


class Trainer:
    def __init__(self, counter: CompiledCounter, state: eqx.nn.State) -> None:
        self.counter = counter
        self.index = counter.index
        self.state = state

    def bad_read(self, x: Array) -> Array:
        new = self.state.set(self.index, x)
        return self.state.get(self.index)  # E: state-reuse | "self.state" was consumed
        #   | "self.state.set" on line -1

    def bad_stale(self, x: Array) -> Array:
        y, new = self.counter(x, self.state)
        return y + self.state.get(self.index)  # E: state-stale | "self.state" is out of date
        #   | "self.counter" | line -1

    def bad_local_name(self, x: Array) -> Array:
        state = self.state
        self.state = state.set(self.index, x)
        return state.get(self.index)  # E: state-reuse | "state" was consumed
        #   | "state.set" on line -1

    def bad_in_a_loop(self, x: Array) -> Array:
        for step in range(3):
            x = self.state.set(self.index, x).get(self.index)  # E: state-reuse | "self.state"
            #   | loop -1
        return x

    def good_replaced(self, x: Array) -> Array:
        self.state = self.state.set(self.index, x)
        x, self.state = self.counter(x, self.state)
        return x + self.state.get(self.index)

    def good_through_a_local(self, x: Array) -> Array:
        state = self.state
        state = state.set(self.index, x)
        self.state = state
        return self.state.get(self.index)

    def replace(self, x: Array) -> None:
        self.state = self.state.set(self.index, x)

    def good_replaced_by_a_method(self, x: Array) -> Array:
        self.replace(x)
        self.replace(x)
        return self.state.get(self.index)

    def bad_old_one_after_a_method(self, x: Array) -> Array:
        old = self.state
        self.replace(x)
        return old.get(self.index)  # E: state-reuse | "old" | "self.replace" on line -1
