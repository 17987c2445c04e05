"""A class of one's own that is called State, or a variable called `state`, is something else."""

from typing import NamedTuple

from jaxtyping import Array


class State:
    def __init__(self, count: int) -> None:
        self.count = count

    def get(self, index: int) -> int:
        return self.count + index

    def set(self, index: int, value: int) -> "State":
        return State(value)


class TrainState(NamedTuple):
    step: int

    def update(self) -> "TrainState":
        return TrainState(self.step + 1)


def good_own_class() -> int:
    state = State(0)
    new = state.set(0, 1)
    state.set(0, 2)
    return state.get(0) + new.get(0)


def good_own_tuple(state: TrainState) -> int:
    new = state.update()
    return state.step + new.step


def good_own_array(state: Array) -> Array:
    new = state.at[...].set(1.0)
    return state + new


def good_own_dict(state: dict[str, int]) -> int:
    state.update({"step": 1})
    return state["step"]
