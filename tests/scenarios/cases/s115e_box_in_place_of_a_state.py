"""A field that holds a State first and then a box with it: the box has a `set` of its own."""

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


class Box:
    def __init__(self, value):
        self.value = value

    def get(self):
        return self.value

    def set(self, value):
        self.value = value
        return self


class NamedBox(Box):
    pass


class Boxed:
    def __init__(self):
        self.model, self.state = eqx.nn.make_with_state(Counter)()
        self.state = NamedBox(self.state)

    def __call__(self, x):
        y, new = self.model(x, self.state.get())
        self.state.set(new)
        return y


class SmallBoxed(Boxed):
    def __init__(self):
        super().__init__()
        self.size = 1


def good_called_twice(x):
    layer = Boxed()
    y = layer(x)
    return layer(y), layer.state.get()


def good_subclass(x):
    layer = SmallBoxed()
    y = layer(x)
    return layer(y), layer.state.get()


class TypedBox:
    value: eqx.nn.State

    def __init__(self, value: eqx.nn.State) -> None:
        self.value = value

    def get(self) -> eqx.nn.State:
        return self.value

    def set(self, value: eqx.nn.State) -> None:
        self.value = value


class TypedBoxed:
    def __init__(self):
        self.model, self.state = eqx.nn.make_with_state(Counter)()
        self.state = TypedBox(self.state)

    def __call__(self, x):
        y, new = self.model(x, self.state.get())
        self.state.set(new)
        return y

    def bad_not_put_back(self, x):
        y, new = self.model(x, self.state.get())
        return self.state.get().get(self.model.index), new  # E: state-reuse | line -1


def good_typed(x):
    layer = TypedBoxed()
    y = layer(x)
    return layer(y), layer.state.get()


def bad_taken_out_before(x):
    layer = TypedBoxed()
    old = layer.state.get()
    y = layer(x)
    return y, old.get(layer.model.index)  # E: state-reuse | "old" was consumed | line -1
