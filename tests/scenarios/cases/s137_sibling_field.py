"""Consuming one field leaves the others usable."""

from dataclasses import dataclass

import equinox as eqx
from jaxtyping import Array


@dataclass
class Holder:
    state: eqx.nn.State
    other: eqx.nn.State
    step: int


def good_siblings(holder: Holder, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = holder.state.set(index, x)
    return new.get(index) + holder.other.get(index) + holder.step


def good_siblings_in_a_tuple(
    pair: tuple[eqx.nn.State, eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = pair[0].set(index, x)
    return new.get(index) + pair[1].get(index)


def bad_second_sibling_too(holder: Holder, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = holder.state.set(index, x)
    newer = holder.other.set(index, x)
    return holder.other.get(index)  # E: state-reuse | "holder.other" was consumed | line -1
