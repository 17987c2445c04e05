"""A loop over a list that surely has an element is taken for one that may run no turn (policy)."""

import equinox as eqx
from jaxtyping import Array


def may_consumed_by_the_loop(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    states = [state]
    for each in states:
        x = each.set(index, x).get(index)
    return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -1
