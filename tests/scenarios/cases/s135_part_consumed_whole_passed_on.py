"""A field has been consumed and the whole object is passed to something that reads the field."""

from dataclasses import dataclass

import equinox as eqx
import jax
from jaxtyping import Array


@dataclass
class Holder:
    state: eqx.nn.State
    step: int


def read(holder: Holder, index: eqx.nn.StateIndex[Array]) -> Array:
    return holder.state.get(index)


def next_step(holder: Holder) -> int:
    return holder.step + 1


def bad_whole_passed(holder: Holder, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = holder.state.set(index, x)
    return read(holder, index)  # E: state-reuse | "holder.state" | "holder.state.set" on line -1


def bad_tuple_passed(
    pair: tuple[Array, eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = pair[1].set(index, x)
    return jax.tree_util.tree_map(lambda leaf: leaf, pair)[0]  # E: state-reuse | "pair[1]"
    #   | line -1


def good_other_field_read(holder: Holder, index: eqx.nn.StateIndex[Array], x: Array) -> int:
    new = holder.state.set(index, x)
    return next_step(holder)


def good_replaced_before(holder: Holder, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    holder.state = holder.state.set(index, x)
    return read(holder, index)
