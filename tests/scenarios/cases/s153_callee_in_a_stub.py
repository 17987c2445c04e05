"""Of a callee in a `.pyi` file only the signature and its annotations are known."""

import equinox as eqx
from jaxtyping import Array

from .stub_only import absorb, count, peek


def bad_signature(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    y, new = count(x, state, index)
    return y + state.get(index)  # E: state-stale
    #   | "state" is out of date: "count" took it over on line -1


def bad_declared_consumed(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    y = absorb(state, index)
    return y + state.get(index)  # E: state-reuse | "state" was consumed by "absorb" on line -1


def good_no_state_comes_back(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    y = peek(state, index)
    return y + state.get(index)


def good_rebound(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    x, state = count(x, state, index)
    return x + state.get(index)
