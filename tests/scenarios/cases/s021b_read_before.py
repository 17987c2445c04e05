"""One State for two parameters, the other one read before: reported all the same (policy)."""

import equinox as eqx
from jaxtyping import Array


def read_then_absorb(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> eqx.nn.State:
    value = other.get(index)
    return state.set(index, value)


# silent-at-run-time: this callee reads what it borrows before it consumes the other one
def bad_same_for_both(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return read_then_absorb(state, state, index)  # E: state-reuse | "state" | "read_then_absorb"
