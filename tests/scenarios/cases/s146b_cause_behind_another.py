"""Two causes meet on one line, which tells of one; the other is told of at its next use."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


# not-run: with one turn the last line raises, too, for the cause that the loop is told of
def bad_other_cause_after_the_loop(
    counter: CompiledCounter, state: eqx.nn.State, x: Array, n: int
) -> Array:
    y, new = counter(x, state)
    for turn in range(n):
        new = state.set(counter.index, y)  # E: state-reuse | "state" | loop -1
    return state.get(counter.index)  # E: state-stale | "state" | line -3
