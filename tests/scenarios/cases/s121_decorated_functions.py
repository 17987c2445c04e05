"""A decorated function keeps its contract; behind jit and the like it supersedes."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import equinox as eqx
import jax
from jaxtyping import Array

P = ParamSpec("P")
T = TypeVar("T")


def logged(function: Callable[P, T]) -> Callable[P, T]:
    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        print("calling", function)
        return function(*args, **kwargs)

    return run


def bump(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return state.set(index, state.get(index) + 1)


@logged
def logged_bump(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return state.set(index, state.get(index) + 1)


@jax.jit
def jitted_bump(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return state.set(index, state.get(index) + 1)


@eqx.filter_jit
def filter_jitted_bump(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return state.set(index, state.get(index) + 1)


@eqx.filter_jit(donate="none")
def bump_with_options(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return state.set(index, state.get(index) + 1)


@functools.partial(jax.jit, inline=True)
def partially_jitted_bump(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return state.set(index, state.get(index) + 1)


def bad_wraps(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = logged_bump(state, index)
    return new.get(index) + state.get(index)  # E: state-reuse
    #   | "state" was consumed by "logged_bump" on line -1


def bad_jit(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = jitted_bump(state, index)
    return new.get(index) + state.get(index)  # E: state-stale | "state" is out of date
    #   | "jitted_bump" | line -1


def bad_filter_jit(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = filter_jitted_bump(state, index)
    return new.get(index) + state.get(index)  # E: state-stale | "state" is out of date
    #   | "filter_jitted_bump" | line -1


def bad_filter_jit_with_options(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = bump_with_options(state, index)
    return new.get(index) + state.get(index)  # E: state-stale | "state" is out of date
    #   | "bump_with_options" | line -1


def bad_partial_jit(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = partially_jitted_bump(state, index)
    return new.get(index) + state.get(index)  # E: state-stale | "state" is out of date | line -1


def bad_jit_called(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    compiled = jax.jit(bump)
    new = compiled(state, index)
    return new.get(index) + state.get(index)  # E: state-stale | "state" is out of date | "compiled"
    #   | line -1


def bad_checkpoint(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = jax.checkpoint(bump)(state, index)
    return new.get(index) + state.get(index)  # E: state-stale | "state" is out of date | line -1


def bad_filter_checkpoint(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = eqx.filter_checkpoint(bump)(state, index)
    return new.get(index) + state.get(index)  # E: state-stale | "state" is out of date | line -1


def good_rebound(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    state = logged_bump(state, index)
    state = jitted_bump(state, index)
    state = filter_jitted_bump(state, index)
    state = jax.jit(bump)(state, index)
    return state.get(index)


def good_snapshot_before_jit(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    best = state
    state = jitted_bump(state, index)
    return state.get(index) - best.get(index)
