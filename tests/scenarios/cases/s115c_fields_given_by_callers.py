"""A field that a caller's argument fills, without annotations, is unknown in methods (policy)."""

import equinox as eqx
from jaxtyping import Array


class Untyped:
    def __init__(self, index, state):
        self.index = index
        self.state = state

    def peek(self):
        return self.state.get(self.index)


class Typed:
    def __init__(self, index: eqx.nn.StateIndex[Array], state: eqx.nn.State) -> None:
        self.index = index
        self.state = state

    def peek(self):
        return self.state.get(self.index)


def bad_read_here(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    owner = Untyped(index, state)
    new = state.set(index, x)
    return owner.state.get(index)  # E: state-reuse | "owner.state" | line -1


# not-run: it raises, and nothing is reported
def good_read_by_a_method(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    owner = Untyped(index, state)
    new = state.set(index, x)
    return owner.peek()


def bad_read_by_a_method_of_declared_fields(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    owner = Typed(index, state)
    new = state.set(index, x)
    return owner.peek()  # E: state-reuse | "owner.state" | line -1
