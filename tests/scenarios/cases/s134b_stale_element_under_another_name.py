"""What is known of an old element of a list: what it was read through, and not more (policy)."""

import equinox as eqx
from jaxtyping import Array

from mypy_eqxstate import clone

from .common import CompiledCounter


def bad_same_index(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    states = [state]
    y, new = counter(x, states[0])
    return y + states[0].get(counter.index)  # E: state-stale | "states[0]" | line -1


def good_taken_out(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    states = [state]
    y, new = counter(x, states[0])
    old = states.pop()  # stale, and not reported
    return y + old.get(counter.index)


# not-run: it raises, and nothing is reported
def good_variable_of_a_loop(
    first: eqx.nn.State, second: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    for state in (second, first):
        x = x + 1
    new = first.set(index, x)
    return new.get(index) + state.get(index)  # old, and not reported


def bad_same_index_of_either_list(
    counter: CompiledCounter, state: eqx.nn.State, other: eqx.nn.State, x: Array, flag: bool
) -> Array:
    states = [state] if flag else [other]
    y, new = counter(x, states[0])
    return y + states[0].get(counter.index)  # E: state-stale | "states[0]" | line -1


def bad_old_one_in_a_list(
    counter: CompiledCounter, state: eqx.nn.State, x: Array, numbers: list[float]
) -> Array:
    y, new = counter(x, state)
    states = [state, state]
    for _ in numbers:
        y, newer = counter(x, states[0])  # E: state-stale | "states[0]" | line -3 or
    return y


def may_same_index_of_unknown_length(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, numbers: list[float]
) -> Array:
    states = [clone(state) for _ in numbers] or [state]
    new = states[0].set(index, x)
    return states[0].get(index)  # E: state-reuse | "states[0]" | may have been consumed | line -1


# silent-at-run-time: the first element is another one
def may_another_element_consumed(
    state: eqx.nn.State, spare: eqx.nn.State, index: eqx.nn.StateIndex[Array], numbers: list[float]
) -> Array:
    states = [clone(state) for _ in numbers] or [clone(state)]
    states.append(spare)
    new = states[0].set(index, states[0].get(index))
    return spare.get(index)  # E: state-reuse | "spare" | may have been consumed | line -1


# silent-at-run-time: the first element is another one
def bad_another_element_consumed_in_an_earlier_turn(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, numbers: list[float]
) -> Array:
    states = [clone(state) for _ in numbers] or [clone(state)]
    for _ in numbers:
        x = x + states[0].get(index)  # E: state-reuse | "states[0]" was consumed | line +3 | loop -1
        spare = clone(state)
        states.append(spare)
        newer = spare.set(index, x)
    return x


# not-run: it raises, and nothing is reported
def good_popped_in_a_loop(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, numbers: list[float]
) -> Array:
    popped = clone(state)
    for _ in numbers:
        states = [state]
        popped = states.pop()
    new = state.set(index, x)
    return popped.get(index)  # old, and not reported


# not-run: the second turn finds the list empty
def bad_popped_from_the_list(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, numbers: list[float]
) -> Array:
    states = [state]
    for _ in numbers:
        x = states[0].get(index)  # E: state-reuse | "states[0]" was consumed | loop -1
        state = state.set(index, x)
        old = states.pop()
    return x
