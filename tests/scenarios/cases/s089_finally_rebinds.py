"""`finally` binds the name anew on every way out."""

import equinox as eqx
from jaxtyping import Array

from .common import risky


def good_finally(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    try:
        risky(flag)
        x = state.set(index, x).get(index)
    except RuntimeError:
        x = x + 1
    finally:
        state = other
    return x + state.get(index)


def may_rebind(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    try:
        x = state.set(index, x).get(index)
    finally:
        if flag:
            state = other
    return x + state.get(index)  # E: state-reuse | "state" | may have been consumed | line -4
