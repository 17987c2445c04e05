"""The State is carried through a loop of JAX; the old name is read."""

import equinox as eqx
import jax
from jaxtyping import Array


def bad_scan(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    def body(state: eqx.nn.State, value: Array) -> tuple[eqx.nn.State, Array]:
        state = state.set(index, value)
        return state, state.get(index)

    new, ys = jax.lax.scan(body, state, x[None])
    return new.get(index) - state.get(index)  # E: state-stale | "state" is out of date | line -1
    #   | "new"


def bad_scan_over_a_tuple(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    def body(
        carry: tuple[Array, eqx.nn.State], value: Array
    ) -> tuple[tuple[Array, eqx.nn.State], Array]:
        total, state = carry
        state = state.set(index, value)
        return (total + value, state), state.get(index)

    (total, new), ys = jax.lax.scan(body, (x, state), x[None])
    return new.get(index) - state.get(index)  # E: state-stale | "state" is out of date | line -1
    #   | "new"


def bad_fori_loop(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    def body(step: Array, state: eqx.nn.State) -> eqx.nn.State:
        return state.set(index, state.get(index) + 1)

    new = jax.lax.fori_loop(0, 3, body, state)
    return new.get(index) - state.get(index)  # E: state-stale | "state" is out of date | line -1
    #   | "new"


def bad_while_loop(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    def body(state: eqx.nn.State) -> eqx.nn.State:
        return state.set(index, state.get(index) + 1)

    new = jax.lax.while_loop(lambda state: state.get(index) < 3, body, state)
    return new.get(index) - state.get(index)  # E: state-stale | "state" is out of date | line -1
    #   | "new"


def bad_in_one_arm(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    def body(state: eqx.nn.State, value: Array) -> tuple[eqx.nn.State, Array]:
        return state.set(index, value), value

    for _ in range(3):
        if flag:
            state = state.set(index, x)
        else:
            new, ys = jax.lax.scan(body, state, x[None])  # E: state-stale | "state" | loop -4
            x = x + new.get(index)
    return x


def bad_alias_of_the_result(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    def body(state: eqx.nn.State, value: Array) -> tuple[eqx.nn.State, Array]:
        return state.set(index, value), value

    state, ys = jax.lax.scan(body, state, x[None])
    same = state
    new = state.set(index, x)
    return new.get(index) + same.get(index)  # E: state-reuse | "same" was consumed | line -1
