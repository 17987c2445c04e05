"""Put in a list, a dict or an object, consumed by its name, used through the container."""

from dataclasses import dataclass

import equinox as eqx
from jaxtyping import Array


@dataclass
class Holder:
    state: eqx.nn.State
    step: int


def bad_list(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    states = [state]
    new = state.set(index, x)
    return states[0].get(index)  # E: state-reuse | "states[0]" | line -1


def bad_dict(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    d = {"state": state}
    new = state.set(index, x)
    return d["state"].get(index)  # E: state-reuse | "d['state']" | line -1


def bad_dict_call(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    d = dict(state=state)
    new = state.set(index, x)
    return d["state"].get(index)  # E: state-reuse | "d['state']" | line -1


def bad_object(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    holder = Holder(state, 0)
    new = state.set(index, x)
    return holder.state.get(index)  # E: state-reuse | "holder.state" | line -1


def bad_consumed_in_the_object(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    holder = Holder(state=state, step=0)
    holder.state = holder.state.set(index, x)
    return state.get(index)  # E: state-reuse | "state" | "holder.state.set" on line -1


def good_built_from_the_new_one(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    state = state.set(index, x)
    holder = Holder(state, 0)
    return holder.state.get(index)
