"""The State comes back inside the auxiliary output of a gradient; the old name is read.

Only the arguments that are differentiated are copied: the body gets the State itself, unless the
gradient is behind jit.
"""

import equinox as eqx
import jax
from jaxtyping import Array


def loss(
    x: Array, state: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> tuple[Array, eqx.nn.State]:
    count = state.get(index) + 1
    return x * count, state.set(index, count)


def bad_value_and_grad(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> tuple[Array, eqx.nn.State]:
    (y, new), slope = jax.value_and_grad(loss, has_aux=True)(x, state, index)
    return y + slope + state.get(index), new  # E: state-reuse | "state" was consumed | line -1
    #   | "new"


def bad_filter_value_and_grad(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> tuple[Array, eqx.nn.State]:
    (y, new), slope = eqx.filter_value_and_grad(loss, has_aux=True)(x, state, index)
    return y + slope + state.get(index), new  # E: state-reuse | "state" was consumed | line -1
    #   | "new"


def bad_grad(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> tuple[Array, eqx.nn.State]:
    slope, new = jax.grad(loss, has_aux=True)(x, state, index)
    return slope + state.get(index), new  # E: state-reuse | "state" was consumed | line -1 | "new"


def bad_evaluation(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    slope, _ = jax.grad(loss, has_aux=True)(x, state, index)
    return slope + state.get(index)  # E: state-reuse | "state" was consumed | line -1


def bad_behind_jit(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> tuple[Array, eqx.nn.State]:
    slope_of = jax.jit(jax.grad(loss, has_aux=True))
    slope, new = slope_of(x, state, index)
    return slope + state.get(index), new  # E: state-stale | "state" is out of date | line -1
    #   | "new"
