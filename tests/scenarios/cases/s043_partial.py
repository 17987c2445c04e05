"""A partial keeps the State it was given; making it borrows.

Policy: a call does to the bound State what its callee does, with a supersede counted as a borrow,
as nothing replaces a partial's argument. A layer known to invalidate raises at the second call.
"""

import functools

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


class Counter(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        count = state.get(self.index) + 1
        return x + count, state.set(self.index, count)


def bad_called_twice(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    count = functools.partial(counter, state=state)
    y, first = count(x)
    z, second = count(x)  # E: state-reuse | "count" on line -1 | consumed again
    return y + z


def bad_equinox_partial_called_twice(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    count = eqx.Partial(counter, state=state)
    y, _ = count(x)
    z, _ = count(x)  # E: state-reuse | "count" on line -1 | consumed again
    return y + z


def bad_state_read_after_the_call(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    count = functools.partial(counter, state=state)
    y, new = count(x)
    return y + state.get(counter.index)  # E: state-reuse
    #   | "state" was consumed by "count" on line -1


def bad_called_with_a_dead_one(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    count = functools.partial(counter, state=state)
    new = state.set(counter.index, x)
    y, newer = count(x)  # E: state-reuse | "state.set" on line -1
    return y


def good_made_and_called_once(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    count = functools.partial(counter, state=state)
    y, state = count(x)
    return y + state.get(counter.index)


def good_behind_jit(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    count = functools.partial(counter, state=state)
    y, _ = count(x)
    z, _ = count(x)
    return y + z + state.get(counter.index)


def good_other_arguments_bound(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    count = functools.partial(counter, x)
    y, state = count(state)
    z, state = count(state)
    return y + z + state.get(counter.index)


def may_be_one_of_two_that_are_bound(
    counter: Counter, state: eqx.nn.State, other: eqx.nn.State, x: Array, flag: bool
) -> Array:
    count = functools.partial(counter, state=state if flag else other)
    y, new = count(x)
    return y + other.get(counter.index)  # E: state-reuse | "other" | may have been consumed
    #   | "count" on line -1


def bad_called_twice_with_either(
    counter: Counter, state: eqx.nn.State, other: eqx.nn.State, x: Array, flag: bool
) -> Array:
    count = functools.partial(counter, state=state if flag else other)
    y, first = count(x)
    z, second = count(x)  # E: state-reuse | "count" | was consumed | line -1
    return y + z


def bad_called_twice_on_one_path(
    counter: Counter, state: eqx.nn.State, other: eqx.nn.State, x: Array, flag: bool
) -> Array:
    count = functools.partial(counter, state=state if flag else other)
    if flag:
        y, first = count(x)
        z, second = count(x)  # E: state-reuse | "count" | was consumed | line -1
        return y + z
    return x
