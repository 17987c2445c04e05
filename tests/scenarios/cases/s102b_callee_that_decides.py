"""What a callee does on some of its paths only, supersede or use, counts without a "may" (policy)."""

import equinox as eqx
import jax
from jaxtyping import Array
from mypy_eqxstate import clone

from .common import positive


@eqx.filter_jit
def perhaps(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], flag: bool) -> eqx.nn.State:
    if flag:
        state = state.set(index, state.get(index) + 1)
    return state


def bad_jitted(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], flag: bool) -> Array:
    new = perhaps(state, index, flag)
    return state.get(index)  # E: state-stale | "state" is out of date | line -1


def bad_one_branch(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = jax.lax.cond(x > 0, lambda s: s.set(index, x), lambda s: s, state)
    return state.get(index)  # E: state-stale | "state" is out of date | line -1


@eqx.filter_jit
def bump(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return state.set(index, state.get(index) + 1)


def only_second(
    first: eqx.nn.State, second: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> eqx.nn.State:
    tried = bump(first, index)
    return bump(second, index)


def good_newer_than_another(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    new = only_second(state, other, index)
    return state.get(index)


def bad_newer_than_this(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    new = only_second(state, other, index)
    return other.get(index)  # E: state-stale | "other" is out of date | line -1


def tried(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> eqx.nn.State:
    before = clone(state)
    after = bump(state, index)
    return after if positive(x) else before


def bad_copied(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = tried(state, index, x)
    return state.get(index)  # E: state-stale | "state" is out of date | line -1


def bad_captured(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> eqx.nn.State:
    def show() -> None:
        if positive(x):
            print(state.get(index))

    new = state.set(index, x)
    show()  # E: state-reuse | "state" was consumed | used again in "show" | line -1
    return new
