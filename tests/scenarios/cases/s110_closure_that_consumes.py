"""A closure consumes what it captured: called again, it finds it dead."""

import equinox as eqx
import jax
from jaxtyping import Array


def bad_called_twice(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> tuple[eqx.nn.State, eqx.nn.State]:
    def bump() -> eqx.nn.State:
        return state.set(index, x)

    first = bump()
    second = bump()  # E: state-reuse | "state" was consumed by "bump" on line -1 | consumed again
    return first, second


def bad_called_in_a_loop(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    bump = lambda: state.set(index, x)
    for step in range(3):
        new = bump()  # E: state-reuse | "state" | "bump" | loop -1
    return x


def bad_name_read_after(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    def bump() -> eqx.nn.State:
        return state.set(index, x)

    new = bump()
    return state.get(index)  # E: state-reuse | "state" was consumed by "bump" on line -1


def bad_inside_vmap(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    ys = jax.vmap(lambda value: value + state.set(index, x).get(index))(x[None])
    return state.get(index)  # E: state-reuse | "state" | line -1


def good_called_once(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    def bump() -> eqx.nn.State:
        return state.set(index, x)

    state = bump()
    return state.get(index)


def good_rebound_before_each_call(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    def bump() -> eqx.nn.State:
        return state.set(index, x)

    for step in range(3):
        state = bump()
    return state.get(index)
