"""`__exit__` reads the State stored at the entry: the `with` statement uses it at its end."""

import equinox as eqx
from jaxtyping import Array


class Reporting:
    def __init__(self, state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> None:
        self.state = state
        self.index = index

    def __enter__(self) -> "Reporting":
        return self

    def __exit__(self, *error: object) -> None:
        print(self.state.get(self.index))


def bad_consumed_inside(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    with Reporting(state, index):  # E: state-reuse | "state.set" on line +1
        x = state.set(index, x).get(index)
    return x


def good_stored_one_replaced(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    with Reporting(state, index) as report:
        report.state = report.state.set(index, x)
    return report.state.get(index)


def good_only_read_inside(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    with Reporting(state, index):
        x = x + state.get(index)
    return x + state.set(index, x).get(index)
