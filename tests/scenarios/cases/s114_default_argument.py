"""A State as a default argument is one object for all calls."""

import equinox as eqx
from jaxtyping import Array


def bad_outer_name(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    def step(mine: eqx.nn.State = state) -> eqx.nn.State:
        return mine.set(index, x)

    new = step()
    return state.get(index)  # E: state-reuse | "state" was consumed by "step" on line -1


def bad_called_twice(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> tuple[eqx.nn.State, eqx.nn.State]:
    def step(mine: eqx.nn.State = state) -> eqx.nn.State:
        return mine.set(index, x)

    first = step()
    second = step()  # E: state-reuse | "step" on line -1 | consumed again
    return first, second


def good_given_at_each_call(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    def step(mine: eqx.nn.State = other) -> eqx.nn.State:
        return mine.set(index, x)

    state = step(state)
    state = step(state)
    return state.get(index)


def may_be_the_default_of_the_function_that_is_called(
    state: eqx.nn.State,
    other: eqx.nn.State,
    index: eqx.nn.StateIndex[Array],
    x: Array,
    flag: bool,
) -> Array:
    if flag:
        later = lambda mine=state: mine.get(index)
    else:
        later = lambda mine=other: mine.get(index)
    new = state.set(index, x)
    return x + later()  # E: state-reuse | "mine" | may have been consumed | line -1


def bad_default_of_either_function(
    state: eqx.nn.State,
    index: eqx.nn.StateIndex[Array],
    x: Array,
    flag: bool,
) -> Array:
    if flag:
        later = lambda mine=state: mine.get(index)
    else:
        later = lambda mine=state: mine.get(index) + x
    new = state.set(index, x)
    return x + later()  # E: state-reuse | "mine" was consumed | line -1


def bad_default_of_two_objects_called_twice(
    state: eqx.nn.State,
    other: eqx.nn.State,
    index: eqx.nn.StateIndex[Array],
    x: Array,
    flag: bool,
) -> Array:
    either = state if flag else other
    step = lambda mine=either: mine.set(index, x)
    first = step()
    second = step()  # E: state-reuse | "step" on line -1 | consumed again
    return first.get(index)
