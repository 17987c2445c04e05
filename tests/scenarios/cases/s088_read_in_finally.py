"""Consumed in `try`, the old name read in `finally`."""

import equinox as eqx
from jaxtyping import Array

from .common import risky


def bad_finally(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    try:
        new = state.set(index, x)
        return new.get(index)
    finally:
        print(state.get(index))  # E: state-reuse | "state" | "state.set" on line -3


def may_finally(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    try:
        risky(flag)
        new = state.set(index, x)
        return new.get(index)
    finally:
        print(state.get(index))  # E: state-reuse | "state" | may have been consumed | line -3


def good_finally(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    try:
        risky(flag)
        state = state.set(index, x)
        return state.get(index)
    finally:
        print(state.get(index))
