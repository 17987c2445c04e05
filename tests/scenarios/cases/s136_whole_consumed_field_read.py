"""The whole object is given to something that consumes its State; then the field is read."""

from dataclasses import dataclass
from typing import NamedTuple

import equinox as eqx
from jaxtyping import Array


@dataclass
class Holder:
    state: eqx.nn.State
    step: int


class Carry(NamedTuple):
    x: Array
    state: eqx.nn.State


def absorb(holder: Holder, index: eqx.nn.StateIndex[Array]) -> Array:
    return holder.state.set(index, holder.state.get(index) + 1).get(index)


def advance(holder: Holder, index: eqx.nn.StateIndex[Array]) -> None:
    holder.state = holder.state.set(index, holder.state.get(index) + 1)


def bump(carry: Carry, index: eqx.nn.StateIndex[Array]) -> Carry:
    return Carry(carry.x, carry.state.set(index, carry.x))


@eqx.filter_jit
def compiled_bump(carry: Carry, index: eqx.nn.StateIndex[Array]) -> Carry:
    return Carry(carry.x, carry.state.set(index, carry.x))


def bad_field(holder: Holder, index: eqx.nn.StateIndex[Array]) -> Array:
    y = absorb(holder, index)
    return y + holder.state.get(index)  # E: state-reuse | "holder.state" | "absorb" on line -1


def bad_named_tuple(carry: Carry, index: eqx.nn.StateIndex[Array]) -> Array:
    new = bump(carry, index)
    return carry.state.get(index)  # E: state-reuse | "carry.state" | "bump" on line -1


def bad_stale_named_tuple(carry: Carry, index: eqx.nn.StateIndex[Array]) -> Array:
    new = compiled_bump(carry, index)
    return carry.state.get(index)  # E: state-stale | "carry.state" is out of date | "compiled_bump"
    #   | line -1


def bad_name_inside(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    holder = Holder(state, 0)
    advance(holder, index)
    return holder.state.get(index) + state.get(index)  # E: state-reuse | "state"
    #   | "advance" on line -1


def good_field_replaced_by_the_callee(holder: Holder, index: eqx.nn.StateIndex[Array]) -> Array:
    advance(holder, index)
    advance(holder, index)
    return holder.state.get(index)


def good_rebound(carry: Carry, index: eqx.nn.StateIndex[Array]) -> Array:
    carry = bump(carry, index)
    carry = compiled_bump(carry, index)
    return carry.state.get(index)
