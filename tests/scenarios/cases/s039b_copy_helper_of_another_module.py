"""A copying helper defined in another module only borrows."""

import equinox as eqx
from jaxtyping import Array

from .common import copied_elsewhere


def good_helper(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    old = copied_elsewhere(state)
    state = state.set(index, x)
    return state.get(index) - old.get(index)


def good_trial(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    trial = copied_elsewhere(state)
    trial = trial.set(index, x)
    return trial.get(index) - state.get(index)
