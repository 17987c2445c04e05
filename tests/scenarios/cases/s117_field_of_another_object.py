"""Two objects hold one State: an alias through fields."""

from dataclasses import dataclass

import equinox as eqx
from jaxtyping import Array


@dataclass
class Holder:
    state: eqx.nn.State


def bad_other_field(
    first: Holder, second: Holder, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    second.state = first.state
    first.state = first.state.set(index, x)
    return second.state.get(index)  # E: state-reuse | "second.state" | "first.state.set" on line -1


def bad_same_object(holder: Holder, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    same = holder
    new = same.state.set(index, x)
    return holder.state.get(index)  # E: state-reuse | "holder.state" | "same.state.set" on line -1


def good_both_replaced(
    first: Holder, second: Holder, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    second.state = first.state
    first.state = first.state.set(index, x)
    second.state = first.state
    return second.state.get(index)


def good_seen_through_both_names(
    holder: Holder, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    same = holder
    same.state = same.state.set(index, x)
    return holder.state.get(index)
