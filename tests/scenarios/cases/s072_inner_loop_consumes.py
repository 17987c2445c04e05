"""The inner loop consumes, only the outer one binds anew: the inner loop is named."""

import equinox as eqx
from jaxtyping import Array


def bad_inner_loop(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for epoch in range(3):
        new = state
        for step in range(3):
            new = state.set(index, x)  # E: state-reuse | "state" | loop -1
        state = new
    return x


def good_inner_loop(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for epoch in range(3):
        for step in range(3):
            state = state.set(index, x)
        x = x + state.get(index)
    return x


def bad_outer_loop(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    for epoch in range(3):
        new = state.set(index, x)  # E: state-reuse | "state" | loop -1
        for step in range(3):
            new = new.set(index, x)
    return x
