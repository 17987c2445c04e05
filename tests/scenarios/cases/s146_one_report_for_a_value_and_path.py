"""One report for a consumed value and path; later uses on the same path are silent."""

import equinox as eqx
from jaxtyping import Array


def bad_many_uses(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    y = x + state.get(index)  # E: state-reuse | "state" was consumed | line -1
    for step in range(3):
        y = y + state.get(index)
    print(state)
    return y + state.get(index)


def bad_two_paths(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    new = state.set(index, x)
    if flag:
        return state.get(index)  # E: state-reuse | "state" was consumed | line -2
    else:
        return x + state.get(index)  # E: state-reuse | "state" was consumed | line -4


def good_no_use(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    return new.get(index)
