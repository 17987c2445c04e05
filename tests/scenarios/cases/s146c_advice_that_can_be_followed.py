"""What the message tells to write fits the call: its place, and what it returns."""

import functools

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array

from .common import CompiledCounter, EagerCounter


def bad_one_item_of_the_result(counter: EagerCounter, state: eqx.nn.State, x: Array) -> Array:
    new = counter(x, state)[1]
    return new.get(counter.index) + state.get(counter.index)  # E: state-reuse | "state" | line -1
    #   | write "_, state = counter(...)" there, or use "new"


def bad_inside_an_expression(
    counter: EagerCounter, state: eqx.nn.State, x: Array
) -> tuple[tuple[Array, eqx.nn.State], Array]:
    return counter(x, state), state.get(counter.index)  # E: state-reuse | "state" | line +0
    #   | write "_, state = counter(...)" there


def bad_two_calls_in_one_statement(
    counter: EagerCounter, first: eqx.nn.State, second: eqx.nn.State, x: Array
) -> Array:
    (y, one), (z, two) = counter(x, first), counter(x, second)
    return one.get(counter.index) + second.get(counter.index)  # E: state-reuse | "second" | line -1
    #   | write "_, second = counter(...)" there, or use "two"


def bad_in_a_comprehension(
    counter: EagerCounter, state: eqx.nn.State, xs: list[Array]
) -> list[tuple[Array, eqx.nn.State]]:
    return [counter(x, state) for x in xs]  # E: state-reuse | "state" | loop +0
    #   | pass "clone(state)" there if each element is to begin with it


def bad_turns_that_begin_alike(
    counter: CompiledCounter, state: eqx.nn.State, xs: list[Array]
) -> list[eqx.nn.State]:
    found = []
    for x in xs:
        y, new = counter(x, state)  # E: state-stale | "state" | loop -1
        #   | write "y, state = counter(...)" there, or pass "clone(state)" there if each turn
        found.append(new)
    return found


# not-run: a scan needs several elements
def bad_carry_of_a_scan(counter: CompiledCounter, state: eqx.nn.State, xs: Array) -> eqx.nn.State:
    def body(
        carry: tuple[eqx.nn.State, Array], x: Array
    ) -> tuple[tuple[eqx.nn.State, Array], Array]:
        y, state = counter(x, carry[0])
        return (state, carry[1] + y), y

    out, ys = jax.lax.scan(body, (state, jnp.array(0.0)), xs)
    print(out)
    return state  # E: state-stale | "state" | line -2 | keep the newer State in its place there


def bad_another_name(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    before = state
    new = state.set(index, x)
    return before.get(index)  # E: state-reuse | "before" | line -1
    #   | use "new", the newer State, here, or pass "clone(state)" on line -1 if the old one


def bad_bound_by_a_partial(counter: EagerCounter, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    step = functools.partial(counter, state=state)
    x, new = step(x)
    x, new = step(x)  # E: state-reuse | the State bound in "step" was consumed | line -1
    #   | pass the State to each call instead of binding it
    return new


# raises-later: the chain reads the State that is consumed in it
def bad_thrown_away_behind_a_chain(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> eqx.nn.State:
    state.set(index, x).set(index, x)  # E: state-dropped | bind it to a name, and use that
    return state  # E: state-reuse | "state" | line -1
