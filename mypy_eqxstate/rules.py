"""The rules, one entry each: what a rule finds, why that matters, and an example of both kinds.

This table is data. The error codes (`report/codes.py`) take their names and descriptions from it,
and the README shows its examples together with what mypy says about them; tests keep the three in
step.

Example:
    >>> RULES["state-dropped"].summary
    'A new State is thrown away'

An example is a whole file, so that it can be checked as it stands. That of `state-contract` is a
configuration file, because the configuration is where that rule looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

__all__ = ["PARENT", "RULES", "Rule"]

PARENT: Final = "eqxstate"
"""The code that all rules are sub-codes of: it silences or disables them together."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        code: mypy's error code.
        summary: what the rule finds, in one line.
        why: what goes wrong where the rule is broken.
        bad: a file with exactly one error, of this rule.
        good: the same file put right, about which mypy has nothing to say.
        silence: what to write where the code is right as it is.
        language: what the examples are written in.
    """

    code: str
    summary: str
    why: str
    bad: str
    good: str
    silence: str
    language: Literal["python", "ini"] = "python"


_REUSE = Rule(
    code="state-reuse",
    summary="A State is used that a call has invalidated: reading it raises",
    why=(
        "`State.set` and `State.update` mark the object they are called on as old, and so does "
        "every function that calls them on the State it is given. Every name of that object is "
        "then dead: Equinox raises where one of them is read."
    ),
    bad="""\
import equinox as eqx
from jaxtyping import Array


def count(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new_state = state.set(index, state.get(index) + 1)
    return state.get(index)
""",
    good="""\
import equinox as eqx
from jaxtyping import Array


def count(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    state = state.set(index, state.get(index) + 1)
    return state.get(index)
""",
    silence=(
        "Where both versions are wanted, give `clone(state)` away instead of `state`. Otherwise "
        "write `# type: ignore[state-reuse]` on the line of the use."
    ),
)

_STALE = Rule(
    code="state-stale",
    summary=(
        "A State is used of which a call has returned a newer one: it silently holds old numbers"
    ),
    why=(
        "`jit`, `vmap`, `grad`, `scan` and their relatives give the function a copy of the State. "
        "The caller's object stays readable, and nothing raises: the program goes on with "
        "old numbers, such as the running averages of the step before."
    ),
    bad="""\
import equinox as eqx
from jaxtyping import Array


@eqx.filter_jit
def step(
    norm: eqx.nn.BatchNorm, x: Array, state: eqx.nn.State
) -> tuple[Array, eqx.nn.State]:
    return norm(x, state)


def two_steps(
    norm: eqx.nn.BatchNorm, x: Array, state: eqx.nn.State
) -> tuple[Array, eqx.nn.State]:
    y, new_state = step(norm, x, state)
    z, new_state = step(norm, y, state)
    return z, new_state
""",
    good="""\
import equinox as eqx
from jaxtyping import Array


@eqx.filter_jit
def step(
    norm: eqx.nn.BatchNorm, x: Array, state: eqx.nn.State
) -> tuple[Array, eqx.nn.State]:
    return norm(x, state)


def two_steps(
    norm: eqx.nn.BatchNorm, x: Array, state: eqx.nn.State
) -> tuple[Array, eqx.nn.State]:
    y, state = step(norm, x, state)
    z, state = step(norm, y, state)
    return z, state
""",
    silence=(
        "Where the newer State is not wanted, say so: after `y, _ = step(norm, x, state)` the old "
        "one may be used again. Otherwise write `# type: ignore[state-stale]` on the line of "
        "the use."
    ),
)

_DROPPED = Rule(
    code="state-dropped",
    summary="A new State is thrown away",
    why=(
        "A State is never changed in place. A call whose result is thrown away has stored its "
        "value nowhere, and the State that it was called on is old afterwards."
    ),
    bad="""\
import equinox as eqx
from jaxtyping import Array


def reset(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], zero: Array) -> None:
    state.set(index, zero)
""",
    good="""\
import equinox as eqx
from jaxtyping import Array


def reset(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], zero: Array
) -> eqx.nn.State:
    return state.set(index, zero)
""",
    silence=(
        "Write `_ = state.set(index, zero)` where the result is thrown away on purpose, or "
        "`# type: ignore[state-dropped]` on the line of the call."
    ),
)

_BORROW = Rule(
    code="state-borrow",
    summary="A function gives away a State that its parameter only borrows",
    why=(
        "`Borrowed[State]` on a parameter promises that the caller's State is good after the call. "
        "Callers are checked against that promise, so the body must keep it."
    ),
    bad="""\
import equinox as eqx
from jaxtyping import Array
from mypy_eqxstate import Borrowed


def following(
    state: Borrowed[eqx.nn.State], index: eqx.nn.StateIndex[Array]
) -> Array:
    state = state.set(index, state.get(index) + 1)
    return state.get(index)
""",
    good="""\
import equinox as eqx
from jaxtyping import Array
from mypy_eqxstate import Borrowed, clone


def following(
    state: Borrowed[eqx.nn.State], index: eqx.nn.StateIndex[Array]
) -> Array:
    own_state = clone(state)
    own_state = own_state.set(index, own_state.get(index) + 1)
    return own_state.get(index)
""",
    silence=(
        "Consume a clone, or declare the parameter `Consumed[State]`. Otherwise write "
        "`# type: ignore[state-borrow]` on the line of the call."
    ),
)

_CONTRACT = Rule(
    code="state-contract",
    summary="An annotation, contract or configuration value makes no sense",
    why=(
        "What can't be understood is left out, and the check runs without it. It then believes "
        "something else than the author meant."
    ),
    bad="""\
[mypy]
plugins = mypy_eqxstate

[mypy_eqxstate]
contracts =
    training.step: (state: takes) -> fresh
""",
    good="""\
[mypy]
plugins = mypy_eqxstate

[mypy_eqxstate]
contracts =
    training.step: (state: consume) -> fresh
""",
    silence="Write `disable_error_code = state-contract` in the section `[mypy]`.",
    language="ini",
)

RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {rule.code: rule for rule in (_REUSE, _STALE, _DROPPED, _BORROW, _CONTRACT)}
)
"""Every rule by its code, in the order in which the README has them."""
