"""The body of a generator expression runs later, as often as it is asked, and maybe never."""

import equinox as eqx
from jaxtyping import Array


def bad_run_to_its_end(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], values: list[Array]
) -> list[eqx.nn.State]:
    return list(state.set(index, value) for value in values)  # E: state-reuse | "state" | loop +0


def bad_late_binding(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], values: list[Array]
) -> list[Array]:
    reads = (state.get(index) + value for value in values)
    new = state.set(index, values[0])
    return list(reads)  # E: state-reuse | "state" | "state.set" on line -1


def may_have_been_started(
    states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    news = (state.set(index, x) for state in states)
    if flag:
        new = next(news)
    return states[0].get(index)  # E: state-reuse | "states[0]" | may have been consumed


def good_never_started(
    states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    news = (state.set(index, x) for state in states)
    return states[0].get(index)


def good_only_read(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], values: list[Array]
) -> Array:
    return sum((state.get(index) + value for value in values), state.get(index))


def good_own_variable(
    states: list[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> list[eqx.nn.State]:
    return list(state.set(index, x) for state in states)


def good_run_before_the_consumption(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], values: list[Array]
) -> Array:
    total = sum((state.get(index) + value for value in values), values[0])
    new = state.set(index, total)
    return new.get(index)
