"""One State for two parameters, the other one read before: reported all the same (policy)."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


def read_then_absorb(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> eqx.nn.State:
    value = other.get(index)
    return state.set(index, value)


# silent-at-run-time: this callee reads what it borrows before it consumes the other one
def bad_same_for_both(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return read_then_absorb(state, state, index)  # E: state-reuse | "state" | "read_then_absorb"


def newer_of_the_first(
    counter: CompiledCounter, state: eqx.nn.State, teacher: eqx.nn.State, x: Array
) -> eqx.nn.State:
    x, new = counter(x + teacher.get(counter.index), state)
    return new


def good_snapshot_beside_the_newest(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> Array:
    teacher = state  # not taken over, though the newer State was made of the same object
    for factor in range(3):
        state = newer_of_the_first(counter, state, teacher, x * factor)
    return state.get(counter.index) + teacher.get(counter.index)


# not-run: it raises in the nested function, and nothing is reported
def good_two_captured_names(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    same = state

    def absorb_both() -> Array:
        first = state.set(index, x)
        second = same.set(index, x)  # old, and not reported
        return first.get(index) + second.get(index)

    return absorb_both()
