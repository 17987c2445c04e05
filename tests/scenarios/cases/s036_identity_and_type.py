"""Identity, `isinstance`, `type` and `id` look at the object, not at its contents: no uses."""

import equinox as eqx
from jaxtyping import Array


def good_identity(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> eqx.nn.State:
    new = state.set(index, x)
    assert state is not new
    assert state is not None
    assert not (state is new)
    return new


def good_type(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> tuple[bool, type, int]:
    new = state.set(index, x)
    return isinstance(state, eqx.nn.State), type(state), id(state)


def bad_compared_by_content(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> bool:
    new = state.set(index, x)
    return bool(new.get(index) == state.get(index))  # E: state-reuse | "state" was consumed
    #   | line -1
