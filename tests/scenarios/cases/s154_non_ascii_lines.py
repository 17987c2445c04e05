"""Lines with other than ASCII characters: found on the right line; columns are tested elsewhere."""

import equinox as eqx
from jaxtyping import Array


def bad_text_before(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> str:
    new = state.set(index, x)
    return f"größer 🙂: {state.get(index)}"  # E: state-reuse | "state" was consumed | line -1


def bad_name(größe: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> tuple[str, Array]:
    neu = größe.set(index, x)
    return "🙂🙂", größe.get(index)  # E: state-reuse | "größe" was consumed | line -1 | "neu"


def bad_two_names_on_the_line(
    état: eqx.nn.State, 状態: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    neu = 状態.set(index, x)
    return état.get(index) + 状態.get(index)  # E: state-reuse | "状態" was consumed
    #   | "状態.set" on line -1


def good_text(zustand: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> str:
    zustand = zustand.set(index, x)
    return f"größer 🙂: {zustand.get(index)}"
