"""Of a layer it may only be known that it is a stateful one."""

from typing import Any

import equinox as eqx
from jaxtyping import Array


# not-run: the harness has no such layers
def bad_one_state_for_all(
    layers: list[eqx.nn.StatefulLayer], x: Array, state: eqx.nn.State
) -> Array:
    for layer in layers:
        x, new = layer(x, state)  # E: state-stale | "state" is out of date | loop -1
    return x


# not-run: the harness has no such layers
def good_rebound(
    layers: list[eqx.nn.StatefulLayer], x: Array, state: eqx.nn.State
) -> tuple[Array, eqx.nn.State]:
    for layer in layers:
        if layer.is_stateful():
            x, state = layer(x, state)
        else:
            x = layer(x)
    return x, state


# not-run: the harness has no such layers
def bad_among_others(layers: list[Any], x: Array, state: eqx.nn.State) -> Array:
    """Of an element nothing is known but what the condition tells."""
    for layer in layers:
        if isinstance(layer, eqx.nn.StatefulLayer):
            x, s2 = layer(x, state)  # E: state-stale | "state" is out of date | loop -2
        else:
            x = layer(x)
    return x


# not-run: the harness has no such layers
def good_among_others(
    layers: list[Any], x: Array, state: eqx.nn.State
) -> tuple[Array, eqx.nn.State]:
    for layer in layers:
        if isinstance(layer, eqx.nn.StatefulLayer):
            x, state = layer(x, state)
        else:
            x = layer(x)
    return x, state
