"""A base class hands the State back, and an override returns a newer one: its signature counts."""

from typing import Optional

import equinox as eqx
import jax
from jaxtyping import Array

from .common import CompiledCounter


class Block(eqx.Module):
    """One without statistics."""

    def __call__(
        self, x: Array, state: Optional[eqx.nn.State] = None
    ) -> tuple[Array, Optional[eqx.nn.State]]:
        return x, state


class Counting(Block):
    counter: CompiledCounter

    def __call__(
        self, x: Array, state: Optional[eqx.nn.State] = None
    ) -> tuple[Array, Optional[eqx.nn.State]]:
        x, state = super().__call__(x, state)
        return x, state if state is None else self.counter(x, state)[1]


class Alone(eqx.Module):
    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        return x, state


def bad_one_of_several(
    block: Block, x: Array, state: Optional[eqx.nn.State]
) -> Optional[eqx.nn.State]:
    y, new_state = block(x, state)
    return state  # E: state-stale | "state" is out of date | use "new_state"


def bad_in_a_loop(
    block: Block, x: Array, state: Optional[eqx.nn.State]
) -> tuple[Array, Optional[eqx.nn.State]]:
    for turn in range(3):
        x, new_state = block(
            x,
            state,  # E: state-stale | earlier iteration of the loop
        )
    return x, new_state


def bad_mapped(block: Block, x: Array, state: eqx.nn.State) -> eqx.nn.State:
    y, new_state = jax.vmap(block, in_axes=(0, None), out_axes=(0, None))(x[None], state)
    return state  # E: state-stale | "state" is out of date


def good_threaded(
    block: Block, x: Array, state: Optional[eqx.nn.State]
) -> tuple[Array, Optional[eqx.nn.State]]:
    for turn in range(3):
        x, state = block(x, state)
    return x, state


def good_nothing_given(block: Block, x: Array, state: eqx.nn.State) -> eqx.nn.State:
    y, nothing = block(x)
    z, nothing = block(y, None)
    return state


def good_not_overridden(alone: Alone, x: Array, state: eqx.nn.State) -> eqx.nn.State:
    y, same = alone(x, state)
    return state
