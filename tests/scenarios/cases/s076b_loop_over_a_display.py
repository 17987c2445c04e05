"""A loop over a display is taken for one that may run no turn at all (policy)."""

import equinox as eqx
from jaxtyping import Array


# silent-at-run-time: the loop rebinds the name for sure
def may_hold_what_it_held_before(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = state.set(index, x)
    for state in (new, other):
        x = x + 1
    return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -3
