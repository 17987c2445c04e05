"""`substate` leaves its source alive; `update` marks its receiver as old, not the substate."""

import equinox as eqx
from jaxtyping import Array


def good_both_alive(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    part = state.substate(index)
    return state.get(index) + part.get(index)


def good_independent(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    part = state.substate(index)
    part = part.set(index, x)
    return state.get(index) + part.get(index)


def good_layer_by_layer(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    part = state.substate(index)
    part = part.set(index, x)
    state = state.update(part)
    return state.get(index) + part.get(index)


def bad_receiver(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    part = state.substate(index)
    new = state.update(part)
    return state.get(index)  # E: state-reuse | "state" was consumed | "state.update" on line -1


def bad_part(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> eqx.nn.State:
    part = state.substate(index)
    new_part = part.set(index, x)
    return state.update(part)  # E: state-reuse | "part" was consumed | "part.set" on line -1
