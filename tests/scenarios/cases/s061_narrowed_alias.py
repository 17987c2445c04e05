"""Narrowing by `isinstance` copies nothing: the narrowed name is the same object."""

import equinox as eqx
from jaxtyping import Array


def bad_original_read(
    thing: eqx.nn.State | Array, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    same = thing
    if isinstance(thing, eqx.nn.State) and isinstance(same, eqx.nn.State):
        new = same.set(index, x)
        return thing.get(index)  # E: state-reuse | "thing" | "same.set" on line -1
    return x


def bad_object_narrowed(thing: object, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    if isinstance(thing, eqx.nn.State):
        mine = thing
        new = mine.set(index, x)
        return thing.get(index)  # E: state-reuse | "thing" | "mine.set" on line -1
    return x


def good_not_a_state(
    thing: eqx.nn.State | Array, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    if isinstance(thing, eqx.nn.State):
        return thing.set(index, x).get(index)
    return thing + x
