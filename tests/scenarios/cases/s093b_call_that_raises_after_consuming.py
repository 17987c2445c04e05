"""A call that raises is taken to have done nothing (policy)."""

import equinox as eqx
from jaxtyping import Array

from .common import risky


def consume_then_fail(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], fail: bool
) -> eqx.nn.State:
    new = state.set(index, state.get(index))
    risky(fail)
    return new


# not-run: it raises where the callee failed, and nothing is reported
def good_not_reported_after_the_failure(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], fail: bool
) -> Array:
    try:
        state = consume_then_fail(state, index, fail)
    except RuntimeError:
        pass
    return state.get(index)
