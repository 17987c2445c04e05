"""A helper that stores the newer State in a field: what was out of date there is good again."""

from dataclasses import dataclass

import equinox as eqx
from jaxtyping import Array


@dataclass
class Holder:
    state: eqx.nn.State


@eqx.filter_jit
def step(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return state.set(index, state.get(index) + 1)


def renew(holder: Holder, state: eqx.nn.State) -> None:
    holder.state = state


def good_renewed_by_a_helper(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    holder = Holder(state)
    newer = step(holder.state, index)
    renew(holder, newer)
    return holder.state.get(index)


def bad_not_renewed(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    holder = Holder(state)
    newer = step(holder.state, index)
    return holder.state.get(index)  # E: state-stale | "holder.state" is out of date
