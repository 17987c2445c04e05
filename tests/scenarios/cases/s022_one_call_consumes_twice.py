"""One State for two parameters of a call that consumes both."""

import functools

import equinox as eqx
from jaxtyping import Array


def absorb_both(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    first = state.set(index, x)
    second = other.set(index, x)
    return first.get(index) + second.get(index)


def bad_same_for_both(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    return absorb_both(state, state, index, x)  # E: state-reuse | "state" | "absorb_both"


def bad_two_sets(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> tuple[eqx.nn.State, eqx.nn.State]:
    return state.set(index, x), state.set(index, x)  # E: state-reuse | "state" was consumed
    #   | consumed again


def good_two_states(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    return absorb_both(state, other, index, x)


@eqx.filter_jit
def bump(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return state.set(index, state.get(index) + 1)


def absorb_and_take_over(
    taken_over: eqx.nn.State, absorbed: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> eqx.nn.State:
    newer = bump(taken_over, index)
    return absorbed.set(index, newer.get(index))


# not-run: it raises on the line after the marked one
def bad_reported_once(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = absorb_and_take_over(state, state, index, x)  # E: state-reuse | "state"
    return x + state.get(index)


def absorb_by_name(
    index: eqx.nn.StateIndex[Array], x: Array, **states: eqx.nn.State
) -> eqx.nn.State:
    value = states["first"].set(index, x).get(index)
    return states["second"].set(index, value)


def bad_same_by_two_names(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> eqx.nn.State:
    same = state
    return absorb_by_name(index, x, first=state, second=same)  # E: state-reuse | "same" | "state"


def absorb_with_a_pair(
    pair: tuple[eqx.nn.State, eqx.nn.State],
    other: eqx.nn.State,
    index: eqx.nn.StateIndex[Array],
    x: Array,
) -> Array:
    return absorb_both(pair[0], other, index, x)


def bad_same_for_both_of_a_partial(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    absorb = functools.partial(absorb_both, state, state)
    return absorb(index, x)  # E: state-reuse | "absorb"


def bad_same_inside_of_another_one_of_a_partial(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    absorb = functools.partial(absorb_with_a_pair, (state, other), state)
    return absorb(index, x)  # E: state-reuse | "absorb"


def good_either_of_two_partials(
    state: eqx.nn.State,
    other: eqx.nn.State,
    index: eqx.nn.StateIndex[Array],
    x: Array,
    flag: bool,
) -> Array:
    take = functools.partial(absorb_both, state, other)
    give = functools.partial(absorb_both, other, state)
    return (take if flag else give)(index, x)
