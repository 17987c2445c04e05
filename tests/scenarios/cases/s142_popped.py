"""`pop` takes the element out of its container."""

import equinox as eqx
from jaxtyping import Array


def good_list(states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = states.pop().set(index, x)
    return new.get(index) + states[0].get(index)


def good_dict(d: dict[str, eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    state = d.pop("state")
    new = state.set(index, x)
    d["state"] = new
    return d["state"].get(index) + d["other"].get(index)


def good_loop(states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    while states:
        x = states.pop().set(index, x).get(index)
    return x


def bad_name_of_the_popped_one(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    states = [state]
    new = states.pop().set(index, x)
    return state.get(index)  # E: state-reuse | "state" | line -1
