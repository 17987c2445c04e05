"""What shows that a value without a type is a State: where it is passed, and a telling name."""

from collections.abc import Callable
from typing import Any

import equinox as eqx
from jaxtyping import Array


class Block(eqx.Module):
    norm: eqx.nn.BatchNorm

    # Nobody calls this in here: that `state` is a State is shown by what `norm` takes.
    # not-run: the layer needs the axis of a vmap
    def bad_layer(self, x, state):
        x, newer = self.norm(x, state)
        x, state = self.norm(x, state)  # E: state-stale | line -1 | "newer"
        return x, state

    # not-run: the layer needs the axis of a vmap
    def good_layer(self, x, state):
        x, state = self.norm(x, state)
        x, state = self.norm(x, state)
        return x, state


def bad_unknown_layer(
    layer: Callable[..., Any], x: Array, state: eqx.nn.State
) -> tuple[Array, eqx.nn.State]:
    x, new_state = layer(x, state)
    return x, state  # E: state-stale | line -1 | "new_state"


def bad_unknown_layers(
    layers: list[Any], x: Array, state: eqx.nn.State
) -> tuple[Array, eqx.nn.State]:
    for layer in layers:
        x, state2 = layer(x, state)  # E: state-stale | loop -1
    return x, state


def good_other_names(
    policy: Callable[..., Any], x: Array, state: eqx.nn.State
) -> tuple[Array, eqx.nn.State]:
    x, hidden = policy(x, state)
    x, statement = policy(x, state)
    x, view_state = policy(x, state)
    return x, state


def good_dropped(
    layer: Callable[..., Any], x: Array, state: eqx.nn.State
) -> tuple[Array, eqx.nn.State]:
    x, _new_state = layer(x, state)
    return x, state


class Network(eqx.Module):
    blocks: list[Block]

    # What is passed on to `Block` is a State because of what `Block` passes on.
    # not-run: the layers need the axis of a vmap
    def bad_layer_of_layers(self, x, state):
        for block in self.blocks:
            x, newer = block.good_layer(x, state)  # E: state-stale | loop -1
        return x, state

    # not-run: the layers need the axis of a vmap
    def good_layer_of_layers(self, x, state):
        for block in self.blocks:
            x, state = block.good_layer(x, state)
        return x, state


# not-run: nothing can be converted
def bad_whole_given_to_an_unknown_callee(
    convert: Any, block: Block, state: eqx.nn.State
) -> tuple[Block, eqx.nn.State]:
    block, new_state = convert("weights", (block, state))
    return block, state  # E: state-stale | line -1
