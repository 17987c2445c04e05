"""An element of a tuple is consumed, then the tuple is unpacked; unpacking itself is no use."""

import equinox as eqx
from jaxtyping import Array


def bad_unpacked(
    pair: tuple[Array, eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = pair[1].set(index, x)
    y, old = pair
    return y + old.get(index)  # E: state-reuse | "old" | "pair[1].set" on line -2


def good_other_element_used(
    pair: tuple[Array, eqx.nn.State], index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = pair[1].set(index, x)
    y, old = pair
    return y + new.get(index)
