"""An alias, a NewType or a subclass of State is tracked like State."""

from typing import NewType, TypeAlias

import equinox as eqx
from jaxtyping import Array

S = eqx.nn.State
Explicit: TypeAlias = "eqx.nn.State"
ModelState = NewType("ModelState", eqx.nn.State)


class Named(eqx.nn.State):
    pass


def bad_alias(state: S, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1


def bad_explicit_alias(state: Explicit, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1


def bad_new_type(state: ModelState, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1


def bad_made_a_new_type(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    mine = ModelState(state)
    new = state.set(index, x)
    return mine.get(index)  # E: state-reuse | "mine" | "state.set" on line -1


def bad_subclass(state: Named, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1


def good_alias(state: S, index: eqx.nn.StateIndex[Array], x: Array) -> S:
    state = state.set(index, x)
    return state


def good_subclass(state: Named, index: eqx.nn.StateIndex[Array], x: Array) -> S:
    new = state.set(index, x)
    return new
