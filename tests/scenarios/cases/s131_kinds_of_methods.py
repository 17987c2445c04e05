"""A classmethod, a staticmethod or a free function given the State is like the method."""

import equinox as eqx
from jaxtyping import Array


class Ops:
    def bump(self, state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
        return state.set(index, state.get(index) + 1)

    @classmethod
    def bump_by_class(cls, state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
        return state.set(index, state.get(index) + 1)

    @staticmethod
    def bump_static(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
        return state.set(index, state.get(index) + 1)


def bad_method(ops: Ops, state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = ops.bump(state, index)
    return state.get(index)  # E: state-reuse | "state" was consumed by "ops.bump" on line -1


def bad_unbound_method(ops: Ops, state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = Ops.bump(ops, state, index)
    return state.get(index)  # E: state-reuse | "state" was consumed by "Ops.bump" on line -1


def bad_classmethod(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = Ops.bump_by_class(state, index)
    return state.get(index)  # E: state-reuse
    #   | "state" was consumed by "Ops.bump_by_class" on line -1


def bad_staticmethod(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = Ops.bump_static(state, index)
    return state.get(index)  # E: state-reuse | "state" was consumed by "Ops.bump_static" on line -1


def bad_staticmethod_of_an_instance(
    ops: Ops, state: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    new = ops.bump_static(state, index)
    return state.get(index)  # E: state-reuse | "state" was consumed by "ops.bump_static" on line -1


def good_rebound(ops: Ops, state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    state = ops.bump(state, index)
    state = Ops.bump(ops, state, index)
    state = Ops.bump_by_class(state, index)
    state = Ops.bump_static(state, index)
    return state.get(index)
