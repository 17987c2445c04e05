# typed-since: equinox 0.11.6
"""A list whose elements each turn of a loop replaces by newer ones."""

import equinox as eqx
from jaxtyping import Array

from mypy_eqxstate import clone

from .common import EagerCounter


def good_comprehension(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, numbers: list[float]
) -> Array:
    states = [clone(state) for _ in numbers]
    for number in numbers:
        states = [each.set(index, x * number) for each in states]
        x = states[0].get(index)
    for each in states:
        x = x + each.get(index)
    return x + states[0].get(index)


def good_appended(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, numbers: list[float]
) -> Array:
    counter = EagerCounter(index)
    states = [clone(state) for _ in numbers]
    for _ in numbers:
        newer = []
        for each in states:
            x, each = counter(x, each)
            newer.append(each)
        states = newer
        x = x + states[-1].get(index)
    for each in states:
        x = x + each.get(index)
    return x


def good_dictionary(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    table = {"first": state, "second": other}
    for _ in range(3):
        table = {name: each.set(index, x) for name, each in table.items()}
        x = table["first"].get(index)
    return x + table["second"].get(index)


def good_consumed_once_more_afterwards(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, numbers: list[float]
) -> Array:
    states = [clone(state) for _ in numbers]
    for number in numbers:
        states = [each.set(index, x * number) for each in states]
    last = [each.set(index, x) for each in states]
    return last[0].get(index)


def bad_old_elements_once_more(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, numbers: list[float]
) -> Array:
    states = [clone(state) for _ in numbers]
    for number in numbers:
        states = [each.set(index, x * number) for each in states]
    first = [each.set(index, x) for each in states]
    second = [each.set(index, x) for each in states]  # E: state-reuse | "each" | line -1
    return x


def good_elements_kept_of_earlier_turns(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, numbers: list[float]
) -> Array:
    kept = [clone(state)]
    for _ in numbers:
        last = clone(state)
        for each in [clone(state) for _ in numbers]:
            kept = [old.set(index, x) for old in kept]
            x = x + each.get(index)
            last = each
        kept.append(last)
    return x


# not-run: the one below calls it
def bad_collected_element_read_again(state, index, x, numbers):
    for each in [clone(state) for _ in numbers]:
        new = each.set(index, x)
        x = each.get(index)  # E: state-reuse | "each" was consumed by "each.set" on line -1
    return x


def calls_it(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, numbers: list[float]
) -> Array:
    return bad_collected_element_read_again(state, index, x, numbers)


def good_first_element_replaced(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, numbers: list[float]
) -> Array:
    states = [clone(state) for _ in numbers]
    for number in numbers:
        states[0] = states[0].set(index, x * number)
    for each in states:
        x = x + each.get(index)
    return x


def bad_first_element_each_turn(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, numbers: list[float]
) -> Array:
    states = [clone(state) for _ in numbers]
    for number in numbers:
        new = states[0].set(index, x * number)  # E: state-reuse | "states[0]" | loop -1
    return x
