"""Every transform carries the contract of what it was made of, however it is held and written."""

import functools
from typing import Any

import equinox as eqx
import jax
import jax.tree_util as jtu
from jaxtyping import Array

from .common import CompiledCounter


# not-run: one device is not enough for it to be of use
def bad_pmap(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    y, new = jax.pmap(counter)(x, state)
    return state  # E: state-stale | line -1


# not-run: the same
def bad_filter_pmap(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    y, new = eqx.filter_pmap(counter)(x, state)
    return state  # E: state-stale | line -1


# not-run: its static fields can't be traced
def bad_checkpoint(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    y, new = jax.checkpoint(counter)(x, state)
    return state  # E: state-stale | line -1


# not-run: the same
def bad_remat(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    y, new = jax.remat(counter)(x, state)
    return state  # E: state-stale | line -1


def bad_filter_checkpoint(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    y, new = eqx.filter_checkpoint(counter)(x, state)
    return state  # E: state-stale | line -1


# not-run: it wants a function with a name
def bad_named_call(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    y, new = jax.named_call(counter, name="count")(x, state)
    return state  # E: state-stale | line -1


def bad_named_scope(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    @jax.named_scope("count")
    def scoped(x, state):
        return counter(x, state)
    
    y, new = scoped(x, state)
    return state  # E: state-stale | line -1


# not-run: it has no rule
def bad_custom_jvp(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    y, new = jax.custom_jvp(counter)(x, state)
    return state  # E: state-stale | line -1


# not-run: it has no rule
def bad_custom_vjp(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    y, new = jax.custom_vjp(counter)(x, state)
    return state  # E: state-stale | line -1


# not-run: it has no rule
def bad_filter_custom_vjp(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    @eqx.filter_custom_vjp
    def ruled(x, state):
        return counter(x, state)
    
    y, new = ruled(x, state)
    return state  # E: state-stale | line -1


def bad_closure_convert(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    y, new = eqx.filter_closure_convert(counter, x, state)(x, state)
    return state  # E: state-stale | line -1


def bad_partial(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    y, new = functools.partial(counter, x)(state)
    return state  # E: state-stale | line -1


def bad_eqx_partial(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    y, new = eqx.Partial(counter, x)(state)
    return state  # E: state-stale | line -1


def bad_jtu_partial(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    y, new = jtu.Partial(counter, x)(state)
    return state  # E: state-stale | line -1


# not-run: counts have no tangents
def bad_jvp(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    (y, new), tangents = jax.jvp(counter, (x, state), (x, state))
    return state  # E: state-stale | line -1


def bad_vjp(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    (y, new), pullback = jax.vjp(counter, x, state)
    return state  # E: state-stale | line -1


def bad_linearize(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    (y, new), pushforward = jax.linearize(counter, x, state)
    return state  # E: state-stale | line -1


def bad_jacfwd(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    jacobian, new = jax.jacfwd(counter, has_aux=True)(x, state)
    return state  # E: state-stale | line -1


def bad_jacrev(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    jacobian, new = jax.jacrev(counter, has_aux=True)(x, state)
    return state  # E: state-stale | line -1


def bad_hessian(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    jacobian, new = jax.hessian(counter, has_aux=True)(x, state)
    return state  # E: state-stale | line -1


# not-run: a State has no tangent
def bad_filter_jvp(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    (y, new), tangents = eqx.filter_jvp(counter, (x, state), (x, None))
    return state  # E: state-stale | line -1


def bad_filter_vjp(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    (y, new), pullback = eqx.filter_vjp(counter, x, state)
    return state  # E: state-stale | line -1


def bad_nested_aux(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    def loss(x, state):
        y, state = counter(x, state)
        return y, (y, {"state": state})
    
    (y, (z, aux)), gradient = eqx.filter_value_and_grad(loss, has_aux=True)(x, state)
    new = aux["state"]
    return state  # E: state-stale | line -2


def bad_partial_decorator(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    decorate: Any = functools.partial(eqx.filter_value_and_grad, has_aux=True)

    @decorate
    def loss(x, state):
        return counter(x, state)
    
    (y, new), gradient = loss(x, state)
    return state  # E: state-stale | line -1


def bad_decorator_with_arguments(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    @eqx.filter_jit(donate="none")
    def compiled(x, state):
        return counter(x, state)
    
    y, new = compiled(x, state)
    return state  # E: state-stale | line -1


def bad_in_a_dict(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    steps = {"train": eqx.filter_jit(counter)}
    y, new = steps["train"](x, state)
    return state  # E: state-stale | line -1


def bad_in_a_list(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    steps: list[Any] = [eqx.filter_jit(counter), counter]
    for step in steps:
        y, new = step(x, state)  # E: state-stale | loop -1
    return y


def bad_stacked(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    step = jax.jit(functools.partial(eqx.filter_jit(counter), x))
    y, new = step(state)
    return state  # E: state-stale | line -1


def good_shapes_only(
    counter: CompiledCounter, state: eqx.nn.State, x: Array
) -> object:
    shapes = eqx.filter_eval_shape(counter, x, state)
    more_shapes = jax.eval_shape(counter, x, state)
    jaxpr = jax.make_jaxpr(counter)(x, state)
    return state, shapes, more_shapes, jaxpr
