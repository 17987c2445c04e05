"""A transform of a transform, as often as a loop wants, takes its arguments over like one."""

from collections.abc import Callable

import equinox as eqx
import jax
from jaxtyping import Array

Step = Callable[[Array, eqx.nn.State], tuple[Array, eqx.nn.State]]


def bad_stacked(
    step: Step, state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for name in ("rows", "columns"):
        step = jax.jit(step)
    y, new = step(x, state)
    return y + state.get(index)  # E: state-stale | "state" is out of date | "step" took it over on line -1


def good_stacked(
    step: Step, state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for name in ("rows", "columns"):
        step = jax.jit(step)
    y, state = step(x, state)
    return y + state.get(index)
