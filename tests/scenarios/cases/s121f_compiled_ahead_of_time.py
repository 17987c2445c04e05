"""`jax.jit(f).lower(...).compile()` is called as the jitted function is."""

import equinox as eqx
import jax
from jaxtyping import Array

from .common import CompiledCounter


def _step(counter, x, state):
    return counter(x, state)


def bad_compiled(counter: CompiledCounter, x: Array, state: eqx.nn.State) -> Array:
    compiled = jax.jit(_step).lower(counter, x, state).compile()
    y, s2 = compiled(counter, x, state)
    z, s3 = compiled(counter, y, state)  # E: state-stale | "state" is out of date | @-1
    return z


def bad_lowered_first(counter: CompiledCounter, x: Array, state: eqx.nn.State) -> Array:
    lowered = jax.jit(_step).lower(counter, x, state)
    print(lowered.as_text())
    y, s2 = lowered.compile()(counter, x, state)
    return state.get(counter.index)  # E: state-stale | "state" is out of date | @-1


def good_threaded(counter: CompiledCounter, x: Array, state: eqx.nn.State) -> Array:
    lowered = jax.jit(_step).lower(counter, x, state)
    compiled = lowered.compile()
    cost = compiled.cost_analysis()
    print(cost)
    for turn in range(3):
        x, state = compiled(counter, x, state)
    return state.get(counter.index)


def good_a_method_of_this_name(state: eqx.nn.State) -> eqx.nn.State:
    print("State".lower())
    return state
