"""A parameter declared Consumed: the caller gives the State away, whatever the body looks like."""

import equinox as eqx
from jaxtyping import Array
from mypy_eqxstate import Consumed, clone


def absorb(state: Consumed[eqx.nn.State], index: eqx.nn.StateIndex[Array]) -> Array:
    old = state.get(index)
    new = state.set(index, old + 1)
    return new.get(index)


def bad_used_after_giving_it_away(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    y = absorb(state, index)
    return y + state.get(index)  # E: state-reuse | "state" was consumed by "absorb" on line -1
    #   | used again


def bad_used_inside(
    state: Consumed[eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = state.set(index, x)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -1


def good_given_away_last(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    y = state.get(index)
    return y + absorb(state, index)


def good_copy_given_away(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    y = absorb(clone(state), index)
    return y + state.get(index)
