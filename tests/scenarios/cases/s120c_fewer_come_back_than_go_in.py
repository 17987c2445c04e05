"""Two States go into a callee that can't be read, and one comes back: the names tell whose it is."""

from collections.abc import Callable
from typing import Any

import equinox as eqx
from jaxtyping import Array

State = eqx.nn.State


# not-run: of the callee only a type is known
def good_the_other_one_is_left_alone(
    step: Callable[[State, State], tuple[State, Array]], state: State, reference: State
) -> tuple[State, State]:
    state, y = step(state, reference)
    state, y = step(state, reference)
    return state, reference


# not-run: of the callee only a type is known
def bad_a_name_that_tells_of_the_first(
    step: Callable[[State, State], tuple[State, Array]], state: State, reference: State
) -> tuple[State, State]:
    new_state, y = step(state, reference)
    return state, reference  # E: state-stale | "state" is out of date | line -1 | "new_state"


# not-run: of the callee only a type is known
def good_from_a_table(
    table: dict[str, Any], state: State, reference: State
) -> tuple[State, State]:
    state, y = table["step"](state, reference)
    return state, reference


# not-run: of the callee only a type is known
def bad_from_a_table(
    table: dict[str, Any], state: State, reference: State
) -> tuple[State, State]:
    new_state, y = table["step"](state, reference)
    return state, reference  # E: state-stale | "state" is out of date | line -1


# not-run: of the callee only a type is known
def good_a_name_that_tells_of_none(
    choose: Callable[[State, State], State], state: State, reference: State
) -> tuple[State, State]:
    best = choose(state, reference)
    return best, state


# not-run: of the callee only a type is known
def bad_both_come_back(
    step: Callable[[State, State], tuple[State, State]], state: State, reference: State
) -> tuple[State, State]:
    left, right = step(state, reference)
    return left, reference  # E: state-stale | "reference" is out of date | line -1


# not-run: of the callee only a type is known
def bad_the_same_one_twice(
    step: Callable[[State, State], State], state: State
) -> tuple[State, State]:
    result = step(state, state)
    return result, state  # E: state-stale | "state" is out of date | line -1
