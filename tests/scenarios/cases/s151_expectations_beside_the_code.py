"""What helpers like `assert_consumed` and `assert_live` would say.

There are none: an expected error is written beside the code, as in all of these cases, and in a
user's own tests as a `# type: ignore[state-reuse]` that mypy reports once it is no longer needed.
"""

import equinox as eqx
from jaxtyping import Array


def bad_is_consumed(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> None:
    new = state.set(index, x)
    state.get(index)  # E: state-reuse | "state" was consumed | line -1


def good_is_alive(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> None:
    state = state.set(index, x)
    state.get(index)
