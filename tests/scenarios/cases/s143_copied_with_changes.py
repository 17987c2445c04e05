"""`replace` and `_replace` carry the old State along; `tree_at` copies what it rebuilds."""

import dataclasses
from dataclasses import dataclass
from typing import NamedTuple

import equinox as eqx
from jaxtyping import Array


@dataclass
class Training:
    state: eqx.nn.State
    step: int


class Carry(NamedTuple):
    state: eqx.nn.State
    step: int


class Frozen(eqx.Module):
    state: eqx.nn.State
    step: int


def bad_replace(training: Training, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    later = dataclasses.replace(training, step=1)
    new = training.state.set(index, x)
    return later.state.get(index)  # E: state-reuse | "later.state"
    #   | "training.state.set" on line -1


def bad_replaced_too_late(training: Training, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = training.state.set(index, x)
    later = dataclasses.replace(training, step=1)
    return later.state.get(index)  # E: state-reuse | "later.state"
    #   | "training.state.set" on line -2


def bad_named_tuple(carry: Carry, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    later = carry._replace(step=1)
    new = later.state.set(index, x)
    return carry.state.get(index)  # E: state-reuse | "carry.state" | "later.state.set" on line -1


def good_state_replaced(
    training: Training, carry: Carry, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    training = dataclasses.replace(training, state=training.state.set(index, x))
    carry = carry._replace(state=carry.state.set(index, x))
    return training.state.get(index) + carry.state.get(index)


def good_tree_at(frozen: Frozen, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    later = eqx.tree_at(lambda f: f.step, frozen, 1)
    new = frozen.state.set(index, x)
    return new.get(index) - later.state.get(index)


def bad_tree_at_of_a_dead_one(frozen: Frozen, index: eqx.nn.StateIndex[Array], x: Array) -> Frozen:
    new = frozen.state.set(index, x)
    return eqx.tree_at(lambda f: f.step, frozen, 1)  # E: state-reuse | "frozen.state" | line -1
