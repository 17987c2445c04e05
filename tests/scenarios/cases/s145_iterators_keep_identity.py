"""`zip`, `enumerate`, `reversed` and the like hand out the elements themselves."""

import equinox as eqx
from jaxtyping import Array


def bad_enumerate(states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for n, state in enumerate(states):
        x = state.set(index, x).get(index)
    return x + states[0].get(index)  # E: state-reuse | "states[0]" | "state.set" | @-1


def bad_zip(
    states: list[eqx.nn.State], values: list[Array], index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for state, value in zip(states, values):
        x = state.set(index, value).get(index)
    return x + states[0].get(index)  # E: state-reuse | "states[0]" | "state.set" | @-1


def bad_reversed(states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for state in reversed(states):
        x = state.set(index, x).get(index)
    return x + states[0].get(index)  # E: state-reuse | "states[0]" | "state.set" | @-1


def bad_items(d: dict[str, eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for name, state in d.items():
        x = state.set(index, x).get(index)
    return x + d["state"].get(index)  # E: state-reuse | "d['state']" | "state.set" | @-1


def bad_same_one_twice(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for mine, value in zip([state, state], [x, x]):
        x = mine.set(index, value).get(index)  # E: state-reuse | "mine" | loop -1
    return x


def good_only_read(states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for n, state in enumerate(reversed(states)):
        x = x + state.get(index)
    return x + states[0].get(index)


def good_replaced(states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for n, state in enumerate(states):
        states[n] = state.set(index, x)
    return states[0].get(index)
