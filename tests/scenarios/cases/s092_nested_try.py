"""A bare inner handler stops every exception: the outer handler never sees the consumption."""

import equinox as eqx
from jaxtyping import Array

from .common import risky


def may_inner_handler(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, first: bool, second: bool
) -> Array:
    try:
        try:
            risky(first)
            new = state.set(index, x)
            risky(second)
        except:
            return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -3
    except RuntimeError:
        return x
    return new.get(index)


def good_outer_handler(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, first: bool, second: bool
) -> Array:
    try:
        risky(first)
        try:
            new = state.set(index, x)
            risky(second)
        except:
            return x
    except RuntimeError:
        return state.get(index)
    return new.get(index)


def may_outer_handler(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, first: bool, second: bool
) -> Array:
    try:
        risky(first)
        try:
            new = state.set(index, x)
            risky(second)
        except KeyError:
            return x
    except RuntimeError:
        return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -5
    return new.get(index)
