"""A field is renewed through a name that may hold one of several objects: it is new in either."""

import dataclasses

import equinox as eqx
from jaxtyping import Array

from mypy_eqxstate import clone

from .common import positive


@dataclasses.dataclass
class Holder:
    state: eqx.nn.State
    other: eqx.nn.State

    def renew(self, index: eqx.nn.StateIndex[Array], x: Array) -> None:
        self.state = self.state.set(index, x)


def good_rebound_in_a_loop(
    state: eqx.nn.State,
    other: eqx.nn.State,
    index: eqx.nn.StateIndex[Array],
    x: Array,
    numbers: list[float],
) -> Array:
    holder = Holder(state, other)
    for _ in numbers:
        holder = dataclasses.replace(holder, other=clone(other))
    holder.state = state.update(state.substate(index))
    return holder.state.get(index)


def good_renewed_each_turn(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    if flag:
        holder = Holder(state, other)
    else:
        holder = Holder(other, state)
    for factor in range(3):
        holder.state = holder.state.set(index, x * factor)
        holder.other = holder.other.set(index, x * factor)
    return holder.state.get(index)


def good_renewed_through_another_name(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    if flag:
        holder = Holder(state, clone(other))
    else:
        holder = Holder(state, other)
    same = holder
    for factor in range(3):
        same.state = same.state.set(index, x * factor)
    return holder.state.get(index)


def good_renewed_by_a_method(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    holder = Holder(state, other)
    if positive(x):
        holder = Holder(other, state)
    for factor in range(3):
        holder.renew(index, x * factor)
    return holder.state.get(index)


def bad_old_one_kept(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    if flag:
        holder = Holder(state, clone(other))
    else:
        holder = Holder(state, other)
    holder.state = holder.state.set(index, x)
    return state.get(index)  # E: state-reuse | "state" | was consumed | line -1
