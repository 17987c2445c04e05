"""The State is carried through a loop of JAX, comes back fresh, and the name is bound anew."""

import equinox as eqx
import jax
from jaxtyping import Array


def good_scan(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    def body(state: eqx.nn.State, value: Array) -> tuple[eqx.nn.State, Array]:
        state = state.set(index, value)
        return state, state.get(index)

    state, ys = jax.lax.scan(body, state, x[None])
    return ys[0] + state.get(index)


def good_fori_loop(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    def body(step: Array, state: eqx.nn.State) -> eqx.nn.State:
        return state.set(index, state.get(index) + 1)

    state = jax.lax.fori_loop(0, 3, body, state)
    return state.get(index)


def good_while_loop(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    def body(state: eqx.nn.State) -> eqx.nn.State:
        return state.set(index, state.get(index) + 1)

    state = jax.lax.while_loop(lambda state: state.get(index) < 3, body, state)
    return state.get(index)


def good_captured_and_read(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    def body(total: Array, value: Array) -> tuple[Array, Array]:
        return total + value + state.get(index), value

    total, ys = jax.lax.scan(body, x, x[None])
    return total + state.get(index)
