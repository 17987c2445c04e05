"""A pair that is handed over whole: what is to be rebound is the pair, whichever of two it is."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter

Pair = tuple[Array, eqx.nn.State]


def _step(counter: CompiledCounter, pair: Pair) -> Pair:
    return counter(*pair)


def bad_one(counter: CompiledCounter, x: Array, state: eqx.nn.State) -> Pair:
    pair = (x, state)
    new_pair = _step(counter, pair)
    return pair  # E: state-stale | write "pair = _step(...)" | use "new_pair[1]"


def bad_one_of_two(
    counter: CompiledCounter, x: Array, state: eqx.nn.State, other_state: eqx.nn.State, flag: bool
) -> Pair:
    if flag:
        pair = (x, state)
    else:
        pair = (x, other_state)
    new_pair = _step(counter, pair)
    return pair  # E: state-stale | write "pair = _step(...)"


def bad_built_for_the_call(counter: CompiledCounter, x: Array, state: eqx.nn.State) -> Pair:
    new_pair = _step(counter, (x, state))
    return x, state  # E: state-stale | keep the newer State in its place | use "new_pair[1]"


def good_one_of_two(
    counter: CompiledCounter, x: Array, state: eqx.nn.State, other_state: eqx.nn.State, flag: bool
) -> Pair:
    if flag:
        pair = (x, state)
    else:
        pair = (x, other_state)
    pair = _step(counter, pair)
    return pair
