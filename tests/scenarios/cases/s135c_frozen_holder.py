"""A message never tells anybody to assign to a field of what is frozen: a Module, a NamedTuple."""

import dataclasses
from typing import NamedTuple

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


class Training(eqx.Module):
    counter: CompiledCounter
    state: eqx.nn.State

    def bad_method(self, x: Array) -> Array:
        y, new = self.counter(x, self.state)
        z, newer = self.counter(y, self.state)  # E: state-stale | newer one; use "new", the newer
        return z


class Carry(NamedTuple):
    counter: CompiledCounter
    state: eqx.nn.State


@dataclasses.dataclass(frozen=True)
class Frozen:
    counter: CompiledCounter
    state: eqx.nn.State


@dataclasses.dataclass
class Open:
    counter: CompiledCounter
    state: eqx.nn.State


def bad_named_tuple(carry: Carry, x: Array) -> Array:
    y, new = carry.counter(x, carry.state)
    z, newer = carry.counter(y, carry.state)  # E: state-stale | newer one; use "new", the newer
    return z


def bad_in_a_loop(carry: Carry, x: Array) -> Array:
    for turn in range(3):
        x, new = carry.counter(
            x,
            carry.state,  # E: state-stale | rebuild "carry" with the newer State there
        )
    return x


def bad_frozen_dataclass(frozen: Frozen, x: Array) -> Array:
    y, new = frozen.counter(x, frozen.state)
    z, newer = frozen.counter(y, frozen.state)  # E: state-stale | newer one; use "new", the newer
    return z


def bad_element_of_a_tuple(pair: tuple[CompiledCounter, eqx.nn.State], x: Array) -> Array:
    y, new = pair[0](x, pair[1])
    z, newer = pair[0](y, pair[1])  # E: state-stale | newer one; use "new", the newer
    return z


def bad_dropped(frozen: Frozen, x: Array) -> None:
    frozen.state.set(  # E: state-dropped | write "new_state = frozen.state.set(...)", and use that
        frozen.counter.index, x
    )


def bad_open_dataclass(holder: Open, x: Array) -> Array:
    y, new = holder.counter(x, holder.state)
    z, newer = holder.counter(y, holder.state)  # E: state-stale | write "y, holder.state =
    return z
