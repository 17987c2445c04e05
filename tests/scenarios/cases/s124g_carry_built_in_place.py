"""A carry that is an instance built in the call: its State is superseded where it was read from."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array

from .common import CompiledCounter


class Carry(NamedTuple):
    state: eqx.nn.State
    total: Array


class TreeCarry(eqx.Module):
    state: eqx.nn.State
    total: Array


# not-run: a scan needs several elements
def bad_named_tuple(counter: CompiledCounter, state: eqx.nn.State, xs: Array) -> eqx.nn.State:
    def body(carry: Carry, x: Array) -> tuple[Carry, Array]:
        y, state = counter(x, carry.state)
        return Carry(state, carry.total + y), y

    out, ys = jax.lax.scan(body, Carry(state, jnp.array(0.0)), xs)
    print(out)
    return state  # E: state-stale | "state" is out of date | line -2
    #   | keep the newer State in its place there, or use "out[0]"


# not-run: the same
def bad_module(counter: CompiledCounter, state: eqx.nn.State, xs: Array) -> eqx.nn.State:
    def body(carry: TreeCarry, x: Array) -> tuple[TreeCarry, Array]:
        y, state = counter(x, carry.state)
        return TreeCarry(state, carry.total + y), y

    out, ys = jax.lax.scan(body, TreeCarry(state, jnp.array(0.0)), xs)
    print(out)
    return state  # E: state-stale | "state" is out of date | line -2


# not-run: the same
def good_taken_out_again(counter: CompiledCounter, state: eqx.nn.State, xs: Array) -> eqx.nn.State:
    def body(carry: Carry, x: Array) -> tuple[Carry, Array]:
        y, state = counter(x, carry.state)
        return Carry(state, carry.total + y), y

    (state, total), ys = jax.lax.scan(body, Carry(state, jnp.array(0.0)), xs)
    return state


# not-run: the same
def good_part_thrown_away(counter: CompiledCounter, state: eqx.nn.State, xs: Array) -> eqx.nn.State:
    def body(carry: Carry, x: Array) -> tuple[Carry, Array]:
        y, state = counter(x, carry.state)
        return Carry(state, carry.total + y), y

    (_, total), ys = jax.lax.scan(body, Carry(state, jnp.array(0.0)), xs)
    return state
