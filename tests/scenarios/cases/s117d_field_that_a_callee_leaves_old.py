"""A callee that consumes what it has stored itself leaves an old State in the field."""

import dataclasses

import equinox as eqx
from jaxtyping import Array
from mypy_eqxstate import clone


@dataclasses.dataclass
class Holder:
    state: eqx.nn.State
    newest: eqx.nn.State


def fork(holder: Holder, index: eqx.nn.StateIndex[Array], x: Array) -> None:
    holder.state = clone(holder.newest)
    holder.newest = holder.state.set(index, x)


def adopt(holder: Holder, state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> None:
    holder.state = state
    holder.newest = state.set(index, x)


def fork_or_not(holder: Holder, index: eqx.nn.StateIndex[Array], x: Array, go: bool) -> None:
    holder.state = clone(holder.newest)
    if go:
        holder.newest = holder.state.set(index, x)


def renew(holder: Holder, index: eqx.nn.StateIndex[Array], x: Array) -> None:
    holder.state = clone(holder.newest)
    holder.state = holder.state.set(index, x)


def bad_field_of_an_argument(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    holder = Holder(clone(state), state)
    fork(holder, index, x)
    return holder.state.get(index)  # E: state-reuse | "holder.state" was consumed by "fork" | line -1


def bad_argument_in_a_field_of_another(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    holder = Holder(clone(state), clone(state))
    adopt(holder, state, index, x)
    return holder.state.get(index)  # E: state-reuse | "holder.state" was consumed by "adopt" | line -1


def may_field_of_an_argument(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, go: bool
) -> Array:
    holder = Holder(clone(state), state)
    fork_or_not(holder, index, x, go)
    return holder.state.get(index)  # E: state-reuse | "holder.state" | may have been consumed | line -1


def bad_captured_name(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    newest = state

    def branch_off() -> None:
        nonlocal state, newest
        state = clone(newest)
        newest = state.set(index, x)

    branch_off()
    return state.get(index)  # E: state-reuse | "state" was consumed by "branch_off" | line -1


def good_newest(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    holder = Holder(clone(state), state)
    fork(holder, index, x)
    fork(holder, index, x)
    return holder.newest.get(index)


def good_renewed(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    holder = Holder(clone(state), state)
    renew(holder, index, x)
    return holder.state.get(index) + holder.newest.get(index)
