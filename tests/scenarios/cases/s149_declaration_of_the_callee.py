"""The reason is the callee's declaration: a note points there, which is tested with the notes.

The case itself states the errors.
"""

import equinox as eqx
from jaxtyping import Array
from mypy_eqxstate import Borrowed, Consumed


def keep(state: Consumed[eqx.nn.State]) -> None:
    print(state)


# silent-at-run-time: the body of the callee happens not to consume; its declaration allows it to
def bad_declared_consumed(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    keep(state)
    return state.get(index)  # E: state-reuse | "state" was consumed by "keep" on line -1


def peek(state: Borrowed[eqx.nn.State], index: eqx.nn.StateIndex[Array]) -> Array:
    return state.get(index)


def good_declared_borrowed(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    y = peek(state, index)
    return y + state.get(index)
