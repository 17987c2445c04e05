"""The State travels inside `*args` or `**kw`."""

from typing import Any

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


class Counter(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        count = state.get(self.index) + 1
        return x + count, state.set(self.index, count)


def bump_first(index: eqx.nn.StateIndex[Array], *states: eqx.nn.State) -> eqx.nn.State:
    return states[0].set(index, states[0].get(index) + 1)


def bump_named(index: eqx.nn.StateIndex[Array], **named: eqx.nn.State) -> eqx.nn.State:
    return named["state"].set(index, named["state"].get(index) + 1)


def bad_args(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    args = (x, state)
    y, new = counter(*args)
    return y + state.get(counter.index)  # E: state-reuse
    #   | "state" was consumed by "counter" on line -1


def bad_args_in_place(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    y, new = counter(*(x, state))
    return y + state.get(counter.index)  # E: state-reuse
    #   | "state" was consumed by "counter" on line -1


def bad_kwargs(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    kw: dict[str, Any] = {"x": x, "state": state}
    y, new = counter(**kw)
    return y + state.get(counter.index)  # E: state-reuse
    #   | "state" was consumed by "counter" on line -1


def bad_args_twice(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    args = (x, state)
    y, first = counter(*args)
    z, second = counter(*args)  # E: state-reuse | "counter" on line -1 | consumed again
    return y + z


def bad_star_parameter(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    new = bump_first(index, state, other)
    return state.get(index)  # E: state-reuse | "state" | "bump_first" on line -1


def bad_double_star_parameter(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = bump_named(index, state=state)
    return state.get(index)  # E: state-reuse | "state" | "bump_named" on line -1


def good_rebound(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    args = (x, state)
    args = counter(*args)
    args = counter(*args)
    return args[0] + args[1].get(counter.index)


def bad_superseded_part(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    args = (x, state)
    y, new = counter(x, args[1])
    z, newer = counter(*args)  # E: state-stale | "args[1]" is out of date | line -1
    return y + z


def may_either_tuple(
    counter: Counter, state: eqx.nn.State, other: eqx.nn.State, x: Array, flag: bool
) -> Array:
    args = (x, state) if flag else (x, other)
    other = other.set(counter.index, x)
    y, new = counter(*args)  # E: state-reuse | "args[1]" | may have been consumed | line -1
    return y


def read(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    return state.get(index)


def bad_old_one_in_a_display_that_is_taken_apart(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = state.set(index, x)
    return read(index=index, **{"state": state})  # E: state-reuse | "state" was consumed | line -1
