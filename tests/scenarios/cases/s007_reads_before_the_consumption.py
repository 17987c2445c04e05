"""Any number of reads before the consumption are free."""

import equinox as eqx
from jaxtyping import Array


def good_reads(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> eqx.nn.State:
    before = state.get(index)
    part = state.substate(index)
    print(state, before, part)
    return state.set(index, before + state.get(index) + x)


def bad_one_read_after(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    before = state.get(index)
    new = state.set(index, x)
    return before + state.get(index)  # E: state-reuse | "state" was consumed | line -1
