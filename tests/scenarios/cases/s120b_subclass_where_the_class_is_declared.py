"""What a signature says of State holds for a State of a subclass, too."""

from collections.abc import Callable

import equinox as eqx


class Counted(eqx.nn.State):
    """A State with a name of its own."""


# not-run: who makes a State of a subclass?
def bad_subclass(
    step: Callable[[eqx.nn.State], eqx.nn.State], state: Counted
) -> tuple[eqx.nn.State, eqx.nn.State]:
    newer = step(state)
    return newer, state  # E: state-stale | "state" is out of date: "step" took it over on line -1


# not-run: who makes a State of a subclass?
def bad_inside_of_a_tuple(
    step: Callable[[tuple[int, eqx.nn.State]], tuple[int, eqx.nn.State]], state: Counted
) -> tuple[eqx.nn.State, eqx.nn.State]:
    pair = (0, state)
    _, newer = step(pair)
    return newer, pair[1]  # E: state-stale | line -1


# not-run: who makes a State of a subclass?
def good_rebound(step: Callable[[eqx.nn.State], eqx.nn.State], counted: Counted) -> eqx.nn.State:
    state = step(counted)
    return step(state)


# not-run: who makes a State of a subclass?
def good_beside_one(
    step: Callable[[eqx.nn.State, Counted], eqx.nn.State], state: eqx.nn.State, counted: Counted
) -> tuple[eqx.nn.State, Counted]:
    """The State is taken over; the other one has a class of its own in the signature."""
    newer = step(state, counted)
    return newer, counted


# not-run: who makes a State of a subclass?
def good_the_other_one_comes_back(
    step: Callable[[eqx.nn.State, Counted], Counted], state: eqx.nn.State, counted: Counted
) -> tuple[eqx.nn.State, Counted]:
    newer = step(state, counted)
    return state, newer
