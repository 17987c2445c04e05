"""A method that renews a field decides what its object holds, in the other fields, too (policy)."""

import dataclasses

import equinox as eqx
from jaxtyping import Array


@eqx.filter_jit
def step(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    return state.set(index, state.get(index) + 1)


@dataclasses.dataclass
class Averager:
    current: eqx.nn.State
    average: eqx.nn.State

    def renew(self, index: eqx.nn.StateIndex[Array]) -> None:
        self.average = step(self.current, index)

    def peek(self, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
        return step(self.current, index)


def good_other_field_renewed(averager: Averager, index: eqx.nn.StateIndex[Array]) -> Array:
    averager.renew(index)
    return averager.current.get(index)


def bad_no_field_renewed(averager: Averager, index: eqx.nn.StateIndex[Array]) -> Array:
    newest = averager.peek(index)
    return averager.current.get(index)  # E: state-stale | "averager.current" | line -1
