"""The arm that consumes returns, raises or continues: what follows never sees it."""

import equinox as eqx
from jaxtyping import Array


def good_returns(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    if flag:
        return state.set(index, x).get(index)
    return state.get(index)


def good_raises(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    if flag:
        new = state.set(index, x)
        raise RuntimeError(f"unexpected: {new}")
    return state.get(index)


def good_continues(
    states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    for state in states:
        if flag:
            new = state.set(index, x)
            continue
        x = x + state.get(index)
    return x


def may_fall_through(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    if flag:
        new = state.set(index, x)
        x = new.get(index)
    return x + state.get(index)  # E: state-reuse | "state" | may have been consumed | line -2
