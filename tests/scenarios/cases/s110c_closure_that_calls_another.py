"""A nested function calls another one of the same function, which consumes what it is given."""

import equinox as eqx
from jaxtyping import Array


def bad_used_after_the_outer_one(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    def step(s):
        return s.set(index, x)

    def run(s):
        return step(s)

    new = run(state)
    x = x + new.get(index)
    return x + state.get(index)  # E: state-reuse | "state" was consumed | "run" on line -2


def bad_used_after_one_that_jit_hides(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    step = eqx.filter_jit(lambda s: s.set(index, x))

    def run(s):
        return step(s)

    new = run(state)
    x = x + new.get(index)
    return x + state.get(index)  # E: state-stale | "state" is out of date | "run" | on line -2


def good_the_other_one_only_reads(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    def look(s):
        return s.get(index)

    def run(s):
        return look(s)

    x = x + run(state)
    return x + state.get(index)
