"""A capture pattern binds the subject itself: an alias."""

from dataclasses import dataclass

import equinox as eqx
from jaxtyping import Array


@dataclass
class Holder:
    state: eqx.nn.State


def bad_as_pattern(state: eqx.nn.State | None, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    match state:
        case eqx.nn.State() as mine:
            new = mine.set(index, x)
            return state.get(index)  # E: state-reuse | "state" | "mine.set" on line -1
        case None:
            return x


def bad_name_pattern(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    match state:
        case mine:
            new = state.set(index, x)
            return mine.get(index)  # E: state-reuse | "mine" | "state.set" on line -1


def bad_sequence_pattern(
    pair: tuple[Array, eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    match pair:
        case (y, state):
            new = state.set(index, x)
            return y + pair[1].get(index)  # E: state-reuse | "pair[1]" | "state.set" on line -1


def bad_class_pattern(holder: Holder, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    match holder:
        case Holder(state=state):
            new = state.set(index, x)
            return holder.state.get(index)  # E: state-reuse | "holder.state"
            #   | "state.set" on line -1


def bad_mapping_pattern(
    d: dict[str, eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    match d:
        case {"state": state}:
            new = state.set(index, x)
            return d["state"].get(index)  # E: state-reuse | "d['state']" | "state.set" on line -1
    return x


def good_rebound(state: eqx.nn.State | None, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    match state:
        case eqx.nn.State() as mine:
            mine = mine.set(index, x)
            return mine.get(index)
        case None:
            return x
