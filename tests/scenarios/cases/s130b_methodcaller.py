# xfail: operator.methodcaller is not modelled: the table has no way to say "calls a method by name"
"""`operator.methodcaller` calls the method that its first argument names."""

import operator

import equinox as eqx
from jaxtyping import Array


def bad_methodcaller(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = operator.methodcaller("set", index, x)(state)
    return state.get(index)  # E: state-reuse | "state" | line -1
