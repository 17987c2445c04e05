"""A result bound to `_` or not picked is dropped on purpose: never `state-dropped`.

Policy: a call that merely supersedes then borrows (evaluation code). An invalidation stays a fact.
Policy: nor is it if an expression statement calls a layer with a State that the function itself has
made, as tests do; using that State once more is the error.
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array

from .common import CompiledCounter


class Counter(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        count = state.get(self.index) + 1
        return x + count, state.set(self.index, count)


class Layer(eqx.Module):
    """Counts its calls, made with its State."""

    index: eqx.nn.StateIndex[Array]

    def __init__(self) -> None:
        self.index = eqx.nn.StateIndex(jnp.array(0.0))

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        count = state.get(self.index) + 1
        return x + count, state.set(self.index, count)


def good_set_to_underscore(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> None:
    _ = state.set(index, x)


def good_evaluation(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    y, _ = counter(x, state)
    z, _ = counter(y, state)
    return z + state.get(counter.index)


def good_first_picked(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    y = counter(x, state)[0]
    return y + state.get(counter.index)


def bad_set_to_underscore_then_read(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    _ = state.set(index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1


def bad_evaluation_not_compiled(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    y, _ = counter(x, state)
    z, _ = counter(y, state)  # E: state-reuse | "state" was consumed by "counter" on line -1
    #   | consumed again
    return z


def bad_first_picked_not_compiled(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    y = counter(x, state)[0]
    return y + state.get(counter.index)  # E: state-reuse
    #   | "state" was consumed by "counter" on line -1


def bad_kept_under_a_name(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    y, unused_state = counter(x, state)
    return y + state.get(counter.index)  # E: state-stale | "state" is out of date | line -1
    #   | "unused_state"


def good_call_of_a_local_state(x: Array) -> None:
    layer, state = eqx.nn.make_with_state(Layer)()
    layer(x, state)


def bad_call_of_a_local_state_again(x: Array) -> None:
    layer, state = eqx.nn.make_with_state(Layer)()
    layer(x, state)
    layer(x, state)  # E: state-reuse | line -1
