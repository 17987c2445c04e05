"""What comes out of a transform is a copy, also of a State that the callee has captured."""

import equinox as eqx
import jax
from jaxtyping import Array


def good_compiled_hands_out_what_it_captures(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    snapshot = jax.jit(lambda: state)()
    state = state.set(index, x)
    return state.get(index) + snapshot.get(index)


def good_compiled_function_hands_out_what_it_captures(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    @eqx.filter_jit
    def captured(value: Array) -> tuple[Array, eqx.nn.State]:
        return value, state

    x, snapshot = captured(x)
    state = state.set(index, x)
    return state.get(index) + snapshot.get(index)


def bad_not_compiled(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    snapshot = (lambda: state)()
    state = state.set(index, x)
    return snapshot.get(index)  # E: state-reuse | "snapshot" was consumed by "state.set" on line -1
