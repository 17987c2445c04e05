"""The element of a comprehension consumes a name from outside: a loop like any other."""

import equinox as eqx
from jaxtyping import Array


def bad_list(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], values: list[Array]
) -> list[eqx.nn.State]:
    return [state.set(index, value) for value in values]  # E: state-reuse | "state" | "state.set"
    #   | loop +0


def bad_dict(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], values: list[Array]
) -> dict[int, eqx.nn.State]:
    return {n: state.set(index, value) for n, value in enumerate(values)}  # E: state-reuse
    #   | "state" | loop +0


def bad_set(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], values: list[Array]) -> set[int]:
    return {id(state.set(index, value)) for value in values}  # E: state-reuse | "state" | loop +0


def bad_read_after(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    news = [new.set(index, x) for new in [state]]
    return state.get(index)  # E: state-reuse | "state" | line -1


def good_only_read(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], values: list[Array]
) -> list[Array]:
    return [state.get(index) + value for value in values]


def good_bound_by_a_walrus(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], values: list[Array]
) -> list[Array]:
    return [(state := state.set(index, value)).get(index) for value in values]
