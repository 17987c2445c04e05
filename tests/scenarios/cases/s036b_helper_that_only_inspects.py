"""A function that asks no more than identity or class of its argument, as where it is written out."""

from typing import Any, Optional

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array


def exists(value):
    """Whether there is anything."""
    return value is not None


def is_missing(value: object) -> bool:
    return value is None


def describe(value: Any) -> str:
    return type(value).__name__


def is_state(value: Any) -> bool:
    return bool(isinstance(value, eqx.nn.State))


def same(left: Any, right: Any) -> bool:
    return left is right


def default(value, other):
    return value if value is not None else other


def show(value: object) -> None:
    print(value is None, value)


def kept(value):
    return (lambda: value) if value is not None else None


def good_inspected(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Optional[eqx.nn.State]:
    new = state.set(index, x)
    assert not same(new, right=state)
    assert is_state(state)
    assert describe(state) == "State"
    return new if exists(state) and not is_missing(state) else None


# raises-later: it returns the old object
def bad_returned(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Any:
    new = state.set(index, x)
    return default(state, new)  # E: state-reuse | "state" was consumed | line -1


# silent-at-run-time: an old State can be printed
def bad_shown(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> eqx.nn.State:
    new = state.set(index, x)
    show(state)  # E: state-reuse | "state" was consumed | line -1
    return new


# silent-at-run-time: nobody calls what is returned
def bad_kept(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> tuple[Any, eqx.nn.State]:
    new = state.set(index, x)
    return kept(state), new  # E: state-reuse | "state" was consumed | line -1


def bad_behind_a_transform(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> tuple[Any, eqx.nn.State]:
    new = state.set(index, x)
    return jax.jit(exists)(state), new  # E: state-reuse | "state" was consumed | line -1


class Cached(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __init__(self) -> None:
        self.index = eqx.nn.StateIndex(jnp.array(0.0))

    def __call__(self, x, state: Optional[eqx.nn.State] = None):
        if state is None:
            return x
        state = state.set(self.index, state.get(self.index) + 1)
        return x, state


# not-run: a Cached can't be made from its annotations
def good_branch_on_a_helper(layer: Cached, x: Array, state: Optional[eqx.nn.State]):
    found = layer(x, state)
    if not exists(state):
        x = found
    else:
        x, state = found
    return x, state


# not-run: the same
def good_branch_the_other_way_round(layer: Cached, x: Array, state: Optional[eqx.nn.State]):
    found = layer(x, state)
    if is_missing(state):
        x = found
    else:
        x, state = found
    return x, state


# not-run: the same
def may_branch_on_another(layer: Cached, x: Array, state: Optional[eqx.nn.State], other: Any):
    found = layer(x, state)
    if exists(other):
        x, state = found
    return x, state  # E: state-reuse | "state" | may have been consumed
