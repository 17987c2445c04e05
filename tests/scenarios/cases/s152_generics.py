"""A type variable bound to State, or standing for it at the call."""

from dataclasses import dataclass
from typing import Generic, TypeVar

import equinox as eqx
from jaxtyping import Array

T = TypeVar("T")
S = TypeVar("S", bound=eqx.nn.State)


@dataclass
class Box(Generic[T]):
    content: T


def same(value: T) -> T:
    return value


def choose(first: T, second: T, wanted: bool) -> T:
    return first if wanted else second


def bump(state: S, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return state.set(index, state.get(index) + 1)


def bad_bound(state: S, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1


def bad_call_of_a_generic(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = bump(state, index)
    return state.get(index)  # E: state-reuse | "state" was consumed by "bump" on line -1


def bad_handed_through(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    mine = same(state)
    new = mine.set(index, x)
    return state.get(index)  # E: state-reuse | "state" | "mine.set" on line -1


def may_be_the_chosen_one(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    mine = choose(state, other, flag)
    new = mine.set(index, x)
    return state.get(index)  # E: state-reuse | "state" | may have been consumed
    #   | "mine.set" on line -1


def bad_box(box: Box[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = box.content.set(index, x)
    return box.content.get(index)  # E: state-reuse | "box.content" was consumed | line -1


def good_box(box: Box[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    box.content = box.content.set(index, x)
    return box.content.get(index)


def good_rebound(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    state = same(bump(state, index))
    return state.get(index)
