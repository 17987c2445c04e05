"""A field bound anew makes the object whole again, once all of its dead fields are."""

from dataclasses import dataclass

import equinox as eqx
from jaxtyping import Array


@dataclass
class Holder:
    state: eqx.nn.State
    other: eqx.nn.State


def read_both(holder: Holder, index: eqx.nn.StateIndex[Array]) -> Array:
    return holder.state.get(index) + holder.other.get(index)


def good_field_replaced(holder: Holder, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = holder.state.set(index, x)
    holder.state = new
    return read_both(holder, index)


def bad_one_of_two_replaced(holder: Holder, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = holder.state.set(index, x)
    newer = holder.other.set(index, x)
    holder.state = new
    return read_both(holder, index)  # E: state-reuse | "holder.other"
    #   | "holder.other.set" on line -2


def good_both_replaced(holder: Holder, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = holder.state.set(index, x)
    newer = holder.other.set(index, x)
    holder.state, holder.other = new, newer
    return read_both(holder, index)


def good_whole_replaced(holder: Holder, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = holder.state.set(index, x)
    holder = Holder(new, holder.other)
    return read_both(holder, index)
