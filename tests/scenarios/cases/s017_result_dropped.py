"""The new State is thrown away by an expression statement; what it held is lost."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


class Counter(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        count = state.get(self.index) + 1
        return x + count, state.set(self.index, count)


def bad_set(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    state.set(index, x)  # E: state-dropped | the new State returned by "state.set" is thrown away
    return x


def bad_update(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    state.update(state.substate(index))  # E: state-dropped | "state.update" is thrown away
    return x


def bad_call(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    counter(x, state)  # E: state-dropped | "counter" is thrown away
    return x


def good_call_behind_jit(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    counter(x, state)
    return state.get(counter.index)


def good_read_statement(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    state.get(index)
    return state.get(index)
