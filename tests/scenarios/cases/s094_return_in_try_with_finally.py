"""A `return` in `try`: the `finally` that runs on the way out reads only the new name."""

import equinox as eqx
from jaxtyping import Array


def good_new_name(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state
    try:
        new = state.set(index, x)
        return new.get(index)
    finally:
        print(new.get(index))


def bad_old_name_after_the_return_value(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    try:
        return state.set(index, x).get(index)
    finally:
        print(state.get(index))  # E: state-reuse | "state" | "state.set" on line -2
