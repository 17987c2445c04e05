# typed-since: equinox 0.11.6
"""A superseded field is no use of the whole where the whole is rebuilt with a newer one."""

import dataclasses
from typing import NamedTuple

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


class Training(eqx.Module):
    counter: CompiledCounter
    state: eqx.nn.State

    def stepped(self, x: Array) -> "Training":
        y, new = self.counter(x, self.state)
        return eqx.tree_at(lambda tree: tree.state, self, new)

    def replaced(self, x: Array) -> "Training":
        y, new = self.counter(x, self.state)
        return dataclasses.replace(self, state=new)


class Carry(NamedTuple):
    counter: CompiledCounter
    state: eqx.nn.State


def good_rebuilt_each_turn(training: Training, x: Array) -> Array:
    for step in range(3):
        y, new = training.counter(x, training.state)
        training = Training(training.counter, new)
    return training.state.get(training.counter.index)


def good_named_tuple(carry: Carry, x: Array) -> Array:
    for step in range(3):
        y, new = carry.counter(x, carry.state)
        carry = carry._replace(state=new)
    return carry.state.get(carry.counter.index)


def good_methods(training: Training, x: Array) -> Array:
    for step in range(3):
        training = training.stepped(x)
        training = training.replaced(x)
    return training.state.get(training.counter.index)


def bad_not_rebuilt(training: Training, x: Array) -> Array:
    for step in range(3):
        y, new = training.counter(
            x,
            training.state,  # E: state-stale | "training.state" is out of date | loop -3
        )
    return x
