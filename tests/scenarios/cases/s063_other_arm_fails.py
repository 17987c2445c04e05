"""The arm that would leave the State dead ends in `assert False` or a raise."""

import equinox as eqx
from jaxtyping import Array


def good_assert_false(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    new = state.set(index, x)
    if n == 0:
        state = new
    else:
        assert False, "never asked for"
    return state.get(index)


def good_raise(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int) -> Array:
    new = state.set(index, x)
    if n == 0:
        state = new
    else:
        raise RuntimeError("never asked for")
    return state.get(index)


def good_assertion_narrows(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, flag: bool
) -> Array:
    if flag:
        new = state.set(index, x)
        x = new.get(index)
    assert not flag
    return x + state.get(index)


def may_other_arm_goes_on(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, n: int
) -> Array:
    new = state.set(index, x)
    if n == 0:
        state = new
    else:
        print("never asked for")
    return state.get(index)  # E: state-reuse | "state" | may have been consumed | line -5
