"""Consumed as the last step of `try`; the `else` reads only the new name."""

import equinox as eqx
from jaxtyping import Array

from .common import risky


def good_new_name_in_else(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    try:
        risky(flag)
        new = state.set(index, x)
    except RuntimeError:
        return state.get(index)
    else:
        return new.get(index)


def bad_old_name_in_else(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    try:
        risky(flag)
        new = state.set(index, x)
    except RuntimeError:
        return x
    else:
        return state.get(index)  # E: state-reuse | "state" was consumed | line -4
