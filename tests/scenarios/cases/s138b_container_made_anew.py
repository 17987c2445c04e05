"""A container made of another one, with the newer State in place of the old one."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter

States = dict[str, eqx.nn.State]


# not-run: a dictionary made of its annotation has other keys
def good_display(counter: CompiledCounter, states: States, x: Array) -> States:
    x, new = counter(x, states["a"])
    return {**states, "a": new}


# not-run: a dictionary made of its annotation has other keys
def good_union(counter: CompiledCounter, states: States, x: Array) -> States:
    x, new = counter(x, states["a"])
    return states | {"a": new}


# not-run: a dictionary made of its annotation has other keys
def good_update(counter: CompiledCounter, states: States, x: Array) -> States:
    x, new = counter(x, states["a"])
    states.update(a=new)
    return states


def good_rest_of_a_tuple(
    counter: CompiledCounter, states: tuple[eqx.nn.State, ...], x: Array
) -> tuple[eqx.nn.State, ...]:
    x, new = counter(x, states[0])
    return (new, *states[1:])


def good_all_but_the_last(
    counter: CompiledCounter, states: list[eqx.nn.State], x: Array
) -> list[eqx.nn.State]:
    x, new = counter(x, states[-1])
    return states[:-1] + [new]


def good_last_of_a_history(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    history = [state]
    for turn in range(3):
        x, new = counter(x, history[-1])
        history.append(new)
    return history[-1]


# not-run: a dictionary made of its annotation has other keys
def bad_another_key(counter: CompiledCounter, states: States, x: Array) -> States:
    x, new = counter(x, states["a"])
    return {**states, "b": new}  # E: state-stale | "states['a']" | line -1


# not-run: a dictionary made of its annotation has other keys
def bad_put_in_before(counter: CompiledCounter, states: States, x: Array) -> States:
    x, new = counter(x, states["a"])
    return {"a": new, **states}  # E: state-stale | "states['a']" | line -1


# not-run: a dictionary made of its annotation has other keys
def bad_another_one_updated(counter: CompiledCounter, states: States, x: Array) -> States:
    x, new = counter(x, states["a"])
    states.update(b=new)
    return states  # E: state-stale | "states['a']" | line -2


def bad_wrong_end(
    counter: CompiledCounter, states: list[eqx.nn.State], x: Array
) -> list[eqx.nn.State]:
    x, new = counter(x, states[0])
    return states[:-1] + [new]  # E: state-stale | "states[0]" | line -1
