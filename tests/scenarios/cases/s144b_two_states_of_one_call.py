"""A call with two States: each part of its result is a newer version of one of them."""

import equinox as eqx
import jax
from jaxtyping import Array

from .common import CompiledCounter


@eqx.filter_jit
def both(
    counter: CompiledCounter, x: Array, first: eqx.nn.State, second: eqx.nn.State
) -> tuple[Array, eqx.nn.State, eqx.nn.State]:
    x, first = counter(x, first)
    x, second = counter(x, second)
    return x, first, second


@eqx.filter_jit
def crossed(
    counter: CompiledCounter, x: Array, first: eqx.nn.State, second: eqx.nn.State
) -> tuple[Array, tuple[eqx.nn.State, eqx.nn.State]]:
    x, newer_first, newer_second = both(counter, x, first, second)
    return x, (newer_second, newer_first)


def good_second_thrown_away(
    counter: CompiledCounter, x: Array, first: eqx.nn.State, second: eqx.nn.State
) -> tuple[eqx.nn.State, eqx.nn.State]:
    x, first, _ = both(counter, x, first, second)
    x, second = counter(x, second)
    return first, second


def bad_first_thrown_away(
    counter: CompiledCounter, x: Array, first: eqx.nn.State, second: eqx.nn.State
) -> tuple[eqx.nn.State, eqx.nn.State]:
    x, _, newer = both(counter, x, first, second)
    return first, second  # E: state-stale | "second" is out of date | line -1 | or use "newer"
    #                         | write "x, _, second = both(...)"


def bad_one_left_behind(
    counter: CompiledCounter, x: Array, first: eqx.nn.State, second: eqx.nn.State
) -> tuple[eqx.nn.State, eqx.nn.State]:
    x, first, newer_second = both(counter, x, first, second)
    return first, second  # E: state-stale | "second" is out of date | line -1
    #                         | write "x, first, second = both(...)" | or use "newer_second"


def bad_beside_the_newer_version_of_another(
    counter: CompiledCounter, x: Array, first: eqx.nn.State, second: eqx.nn.State
) -> eqx.nn.State:
    x, first, newer_second = both(counter, x, first, second)
    print(newer_second)
    mixed: eqx.nn.State = jax.tree_util.tree_map(
        lambda a, b: a + b,
        second,  # E: state-stale | "second" is out of date | line -4
        first,
    )
    return mixed


def good_crossed(
    counter: CompiledCounter, x: Array, first: eqx.nn.State, second: eqx.nn.State
) -> tuple[eqx.nn.State, eqx.nn.State]:
    x, (second, _) = crossed(counter, x, first, second)
    return first, second


def bad_crossed(
    counter: CompiledCounter, x: Array, first: eqx.nn.State, second: eqx.nn.State
) -> tuple[eqx.nn.State, eqx.nn.State]:
    x, (newer, _) = crossed(counter, x, first, second)
    return first, second  # E: state-stale | "second" is out of date | line -1 | or use "newer"
