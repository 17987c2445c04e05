"""States that `**named` collects, in functions without annotations."""

import equinox as eqx
from jaxtyping import Array

from mypy_eqxstate import clone


def bump_second(index, **named):
    return named["second"].set(index, named["first"].get(index))


def handed_on(**named):
    return named["first"], named["second"]


def bad_consumed_by_name(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    new = bump_second(index, first=state, second=other)
    return new.get(index) + other.get(index)  # E: state-reuse | "other" | line -1


def good_other_one(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    new = bump_second(index, first=state, second=other)
    return new.get(index) + state.get(index)


def bad_handed_on(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    same = handed_on(first=state, second=other)[1]
    new = same.set(index, x)
    return new.get(index) + other.get(index)  # E: state-reuse | "other" | line -1


@eqx.filter_jit
def compiled_bump(state, index):
    return state.set(index, state.get(index) + 1)


def hand_over_second(index, **named):
    return compiled_bump(named["second"], index)


def good_other_item_of_a_display(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    new = hand_over_second(index, **{"first": state, "second": other})
    return new.get(index) + state.get(index)


def bad_item_of_a_display(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    new = hand_over_second(index, **{"first": state, "second": other})
    return new.get(index) + other.get(index)  # E: state-stale | "other" | line -1


def second_only(index: eqx.nn.StateIndex[Array], **named: eqx.nn.State) -> Array:
    return named["second"].get(index)


def bad_read_by_name(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = other.set(index, x)
    return new.get(index) + second_only(index, first=state, second=other)  # E: state-reuse
    #   | "other" was consumed by "other.set" on line -1


def consume_first(index: eqx.nn.StateIndex[Array], *states: eqx.nn.State) -> eqx.nn.State:
    return states[0].set(index, states[1].get(index))


def bad_read_by_position(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    kept = [clone(other)] if flag else [other]
    x = kept[0].set(index, x).get(index)
    return consume_first(index, state, kept[0]).get(index)  # E: state-reuse | "kept[0]" | line -1
