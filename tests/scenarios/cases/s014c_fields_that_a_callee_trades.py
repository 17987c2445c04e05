"""A function puts in each of two fields what was in the other; or it returns what was in one."""

from dataclasses import dataclass

import equinox as eqx
from jaxtyping import Array


@dataclass
class Holder:
    state: eqx.nn.State


def trade(a: Holder, b: Holder) -> None:
    a.state, b.state = b.state, a.state


def bad_first_in_the_second(
    s: eqx.nn.State, t: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    a, b = Holder(s), Holder(t)
    trade(a, b)
    new = s.set(index, x)
    x = x + new.get(index) + a.state.get(index)
    return x + b.state.get(index)  # E: state-reuse | "b.state" was consumed | "s.set" on line -2


def bad_second_in_the_first(
    s: eqx.nn.State, t: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    a, b = Holder(s), Holder(t)
    trade(a, b)
    new = t.set(index, x)
    x = x + new.get(index) + b.state.get(index)
    return x + a.state.get(index)  # E: state-reuse | "a.state" was consumed | "t.set" on line -2


def good_traded_twice(
    s: eqx.nn.State, t: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    a, b = Holder(s), Holder(t)
    trade(a, b)
    trade(a, b)
    new = s.set(index, x)
    return x + new.get(index) + b.state.get(index)


def put(a: Holder, state: eqx.nn.State) -> eqx.nn.State:
    old = a.state
    a.state = state
    return old


def bad_what_was_there_is_returned(
    s: eqx.nn.State, t: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    a = Holder(s)
    old = put(a, t)
    new = s.set(index, x)
    x = x + new.get(index) + a.state.get(index)
    return x + old.get(index)  # E: state-reuse | "old" was consumed | "s.set" on line -2


def good_what_was_there_is_returned(
    s: eqx.nn.State, t: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    a = Holder(s)
    old = put(a, t)
    new = t.set(index, x)
    return x + old.get(index) + new.get(index)
