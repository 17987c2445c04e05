"""A property that is stored through: its setter says where the newer State is."""

import equinox as eqx
from jaxtyping import Array

from .common import EagerCounter


class Owner:
    def __init__(self, counter: EagerCounter, state: eqx.nn.State) -> None:
        self.counter, self._state = counter, state

    @property
    def state(self) -> eqx.nn.State:
        return self._state

    @state.setter
    def state(self, new: eqx.nn.State) -> None:
        self._state = new

    def step(self, x: Array) -> Array:
        y, self.state = self.counter(x, self.state)
        return y

    def forgetful_step(self, x: Array) -> Array:
        y, new = self.counter(x, self.state)
        return y + new.get(self.counter.index)


class SpecialOwner(Owner):
    def both_steps(self, x: Array) -> Array:
        y, self.state = self.counter(x, self.state)
        return self.step(y)


def good_stored_through_the_setter(counter: EagerCounter, state: eqx.nn.State, x: Array) -> Array:
    owner = Owner(counter, state)
    x = owner.step(x)
    return owner.step(x) + owner.state.get(counter.index)


def good_setter_of_a_base_class(counter: EagerCounter, state: eqx.nn.State, x: Array) -> Array:
    owner = SpecialOwner(counter, state)
    x = owner.both_steps(x)
    return owner.both_steps(x)


def bad_not_stored(counter: EagerCounter, state: eqx.nn.State, x: Array) -> Array:
    owner = Owner(counter, state)
    x = owner.forgetful_step(x)
    return owner.step(x)  # E: state-reuse | "owner._state" was consumed | line -1


# silent-at-run-time: nobody reads what is stored
def bad_old_one_stored(counter: EagerCounter, state: eqx.nn.State, x: Array) -> Array:
    owner = Owner(counter, state)
    x = owner.step(x)
    owner.state = state  # E: state-reuse | "state" was consumed | line -1
    return x
