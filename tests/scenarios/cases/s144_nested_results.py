"""A nested result is unpacked to the right leaf."""

import equinox as eqx
from jaxtyping import Array


def step(
    x: Array, state: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> tuple[Array, tuple[Array, eqx.nn.State]]:
    count = state.get(index) + 1
    return x * count, (count, state.set(index, count))


@eqx.filter_jit
def compiled_step(
    x: Array, state: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> tuple[Array, tuple[Array, eqx.nn.State]]:
    count = state.get(index) + 1
    return x * count, (count, state.set(index, count))


def good_unpacked(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    loss, (aux, state) = step(x, state, index)
    loss, (aux, state) = compiled_step(loss, state, index)
    return loss + aux + state.get(index)


def good_unpacked_in_steps(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    loss, rest = step(x, state, index)
    aux, state = rest
    return loss + aux + state.get(index)


def good_subscripted(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    result = step(x, state, index)
    state = result[1][1]
    return result[0] + state.get(index)


def bad_old_name(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    loss, (aux, new) = step(x, state, index)
    return loss + state.get(index)  # E: state-reuse | "state" was consumed by "step" on line -1
    #   | "new"


def bad_stale_name(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    loss, (aux, new) = compiled_step(x, state, index)
    return loss + state.get(index)  # E: state-stale | "state" is out of date | "compiled_step"
    #   | line -1 | "new"


def good_evaluation(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    loss, (aux, _) = compiled_step(x, state, index)
    loss, _ = compiled_step(loss, state, index)
    return loss + aux + state.get(index)
