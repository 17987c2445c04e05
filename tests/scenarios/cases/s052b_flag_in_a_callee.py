"""What a flag is inside the function that it is passed to is not known (policy)."""

import equinox as eqx
from jaxtyping import Array


def unless(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], inference: bool
) -> eqx.nn.State:
    if inference:
        return state
    return state.set(index, state.get(index) + 1)


# silent-at-run-time: the flag says that the callee consumes nothing
def may_flag_of_the_callee(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    same = unless(state, index, True)
    return same.get(index) + state.get(index)  # E: state-reuse | "state"
    #   | may have been consumed | line -1
