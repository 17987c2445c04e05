"""A callee of which nothing is known.

Policy: it supersedes if its result is bound to names and a part of it is later used as a State;
otherwise it borrows. A value typed Any without any evidence is not taken for a State.
"""

from typing import Any

import equinox as eqx
from jaxtyping import Array


class Settings:
    def set(self, name: str, value: int) -> "Settings":
        return self

    def get(self, name: str) -> int:
        return 0


def bad_newer_one_in_use(
    model: Any, state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    y, new = model(x, state)
    count: Array = new.get(index)
    return y + count + state.get(index)  # E: state-stale | "state" is out of date | "model"
    #   | line -2 | "new"


def good_loss(model: Any, state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    loss = model(x, state, train=False)
    return loss + state.get(index)


def good_second_result_is_something_else(
    model: Any, state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    loss, aux = model(x, state)
    print(aux)
    return loss + state.get(index)


def good_rebound(
    model: Any, state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    y, state = model(x, state)
    y, state = model(y, state)
    return y + state.get(index)


def good_any_without_evidence() -> int:
    state: Any = Settings()
    new = state.set("step", 1)
    count: int = state.get("step") + new.get("step")
    return count
