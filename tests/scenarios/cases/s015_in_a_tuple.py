"""Put in a tuple, consumed by its name, unpacked and used."""

import equinox as eqx
from jaxtyping import Array


def bad_unpacked(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    pair = (x, state)
    new = state.set(index, x)
    y, old = pair
    return y + old.get(index)  # E: state-reuse | "old" | "state.set" on line -2


def bad_subscript(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    carry = (state, x)
    new = state.set(index, x)
    return carry[0].get(index)  # E: state-reuse | "carry[0]" | "state.set" on line -1


def bad_consumed_in_the_tuple(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    carry = (state, x)
    new = carry[0].set(index, x)
    return state.get(index)  # E: state-reuse | "state" | "carry[0].set" on line -1


def good_other_element(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    pair = (x, state)
    new = state.set(index, x)
    return pair[0] + new.get(index)


def good_new_tuple(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    carry = (state, x)
    carry = (carry[0].set(index, x), x)
    return carry[0].get(index)
