"""A captured State is not copied: the body consumes the very object, turn after turn.

JAX traces the body once, so that Equinox sees the first turn only; under `jax.disable_jit`, or
where the body is traced again, the second one raises.
"""

import equinox as eqx
import jax
from jaxtyping import Array


# silent-at-run-time: the body is traced once
def bad_captured_by_scan(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    def body(total: Array, value: Array) -> tuple[Array, Array]:
        new = state.set(index, value)
        return total + new.get(index), value

    total, ys = jax.lax.scan(body, x, x[None])  # E: state-reuse | "state" | consumed again
    #   | "jax.lax.scan"
    return total


# silent-at-run-time: the body is traced once
def bad_captured_by_fori_loop(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    body = lambda step, total: total + state.set(index, total).get(index)
    return jax.lax.fori_loop(0, 3, body, x)  # E: state-reuse | "state" | consumed again


# silent-at-run-time: the body is traced once
def bad_captured_by_while_loop(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    body = lambda total: total + 1 + state.set(index, total).get(index)
    return jax.lax.while_loop(lambda total: total < 3, body, x)  # E: state-reuse | "state"


# silent-at-run-time: the function is traced once
def bad_captured_by_map(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    return jax.lax.map(lambda v: state.set(index, v).get(index), x[None])  # E: state-reuse


def good_captured_and_read(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    total, ys = jax.lax.scan(lambda total, v: (total + state.get(index), v), x, x[None])
    return total + state.get(index)


def good_captured_and_stepped_by_a_copy(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    step = jax.jit(lambda v, s: s.set(index, v).get(index))
    total, ys = jax.lax.scan(lambda total, v: (total + step(v, state), v), x, x[None])
    return total + state.get(index)
