"""The bug report with the line `@jax.jit` removed: the object itself is marked as old."""

import equinox as eqx
from jaxtyping import Array


class Counter(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        value = state.get(self.index)
        new_x = x + value
        new_state = state.set(self.index, value + 1)
        return new_x, new_state


# silent-at-run-time: an old State prints as State(~old~)
def bad_print(counter: Counter, x: Array, state: eqx.nn.State) -> eqx.nn.State:
    _, new_state = counter(x, state)
    print(state)  # E: state-reuse | "state" was consumed by "counter" on line -1 | "new_state"
    return new_state


def good_rebound(counter: Counter, x: Array, state: eqx.nn.State) -> None:
    _, state = counter(x, state)
    print(state)
