"""The bug report: a compiled layer takes the State over, and the old one is printed.

Behind jit the object stays readable and is merely out of date.
"""

import equinox as eqx
import jax
from jaxtyping import Array


class Counter(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    @jax.jit
    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        value = state.get(self.index)
        new_x = x + value
        new_state = state.set(self.index, value + 1)
        return new_x, new_state


def bad_print(counter: Counter, x: Array, state: eqx.nn.State) -> eqx.nn.State:
    _, new_state = counter(x, state)
    print(state)  # E: state-stale | "state" is out of date: "counter" took it over on line -1 | jit
    #   | "new_state"
    return new_state


def good_rebound(counter: Counter, x: Array, state: eqx.nn.State) -> None:
    _, state = counter(x, state)
    print(state)
