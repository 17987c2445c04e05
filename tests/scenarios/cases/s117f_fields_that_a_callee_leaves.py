"""A callee that stores States in fields is taken to leave there what belongs there (policy)."""

import dataclasses

import equinox as eqx
from jaxtyping import Array
from mypy_eqxstate import clone


@eqx.filter_jit
def step(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return state.set(index, state.get(index) + 1)


@dataclasses.dataclass
class Holder:
    state: eqx.nn.State
    newest: eqx.nn.State


def branch_off(holder: Holder, index: eqx.nn.StateIndex[Array]) -> None:
    holder.state = clone(holder.newest)
    holder.newest = step(holder.state, index)


def advance(holder: Holder, index: eqx.nn.StateIndex[Array]) -> None:
    holder.newest = step(holder.state, index)


def following(holder: Holder, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return step(holder.state, index)


def good_stored_by_the_callee(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    holder = Holder(clone(state), state)
    branch_off(holder, index)
    return holder.state.get(index)  # stale, and not reported


def good_captured_name(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    newest = state

    def fork() -> None:
        nonlocal state, newest
        state = clone(newest)
        newest = step(state, index)

    fork()
    return state.get(index)  # stale, and not reported


def good_newer_one_in_another_field(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    holder = Holder(clone(state), state)
    advance(holder, index)
    return holder.state.get(index)  # stale, and not reported


def bad_newer_one_returned(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    holder = Holder(clone(state), state)
    newer = following(holder, index)
    return holder.state.get(index)  # E: state-stale | "holder.state" | line -1
