"""A property that returns the stored object is that object; one that builds a fresh one is not."""

import equinox as eqx
import jax
from jaxtyping import Array


class Holder:
    def __init__(self, state: eqx.nn.State) -> None:
        self._state = state

    @property
    def state(self) -> eqx.nn.State:
        return self._state

    @property
    def fresh(self) -> eqx.nn.State:
        leaves, structure = jax.tree_util.tree_flatten(self._state)
        copy: eqx.nn.State = jax.tree_util.tree_unflatten(structure, leaves)
        return copy


def bad_stored(holder: Holder, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = holder.state.set(index, x)
    return holder.state.get(index)  # E: state-reuse | "holder.state"
    #   | "holder.state.set" on line -1


def bad_named(holder: Holder, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    state = holder.state
    new = state.set(index, x)
    return holder.state.get(index)  # E: state-reuse | "holder.state" | "state.set" on line -1


def good_fresh(holder: Holder, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = holder.fresh.set(index, x)
    return new.get(index) + holder.fresh.get(index)
