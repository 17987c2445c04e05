"""Whether the row of a callable is true of the installed version of its library.

`observe(name)` looks the callable up, calls it in its experiments and compares what happened with
the row: the outcome is "same", "absent" (this version has no such callable) or "differs".

Run as a program, it prints the outcomes of the whole table as JSON, for the table of versions::

    python -m tests.contracts.outcomes
"""

from __future__ import annotations

import importlib
import json
import warnings
from dataclasses import dataclass
from typing import Any, Literal

import typing_extensions

from mypy_eqxstate.contracts.library import LIBRARY, library_row
from mypy_eqxstate.contracts.model import Contract, Effect, TransformContract
from mypy_eqxstate.fullnames import EXACT
from tests.contracts.experiments_equinox import EXPERIMENTS as OF_EQUINOX
from tests.contracts.experiments_jax import EXPERIMENTS as OF_JAX
from tests.contracts.experiments_python import EXPERIMENTS as OF_PYTHON
from tests.contracts.material import Pair
from tests.contracts.observation import (
    Gradient,
    Judged,
    Transform,
    Verdict,
    contract_supersedes,
    judge_contract,
    judge_gradient,
    judge_transform,
)
from tests.contracts.versions import DIFFERENT_BEFORE, ROWS_SINCE

EXPERIMENTS: dict[str, list[Any]] = {**OF_EQUINOX, **OF_JAX, **OF_PYTHON}

# Names that the class of named tuples has for mypy only.
AT_RUN_TIME = {
    "typing.NamedTuple._replace": Pair._replace,
    "typing.NamedTuple._asdict": Pair._asdict,
    "typing.NamedTuple._make": Pair._make,
}


class AbsentError(LookupError):
    """The installed version has nothing of that name."""


@dataclass(frozen=True)
class Outcome:
    """What came of comparing a row with the library."""

    kind: Literal["same", "absent", "differs"]
    error: Exception | None = None

    def __str__(self) -> str:
        if self.error is None:
            return self.kind
        first_line = str(self.error).strip().partition("\n")[0]
        return f"{self.kind}: {first_line or type(self.error).__name__}"


def resolve(name: str) -> Any:
    """Find the object of a public dotted name, which older versions may spell otherwise.

    Raises:
        AbsentError: if the installed version has none.
    """
    if name in AT_RUN_TIME:
        return AT_RUN_TIME[name]
    spellings = [name, *(spelling for spelling, public in EXACT.items() if public == name)]
    for spelling in spellings:
        try:
            return attribute(spelling)
        except AbsentError:
            continue
    raise AbsentError(name)


def attribute(name: str) -> Any:
    """Import the longest part of a dotted name that is a module, and get the rest from it.

    Raises:
        AbsentError: if there is no such module or attribute.
    """
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        if parts[0] == "typing" and not hasattr(found, parts[1]):
            found = typing_extensions
        try:
            for part in parts[length:]:
                found = getattr(found, part)
        except AttributeError as error:
            raise AbsentError(name) from error
        return found
    raise AbsentError(name)


def observe(name: str) -> Outcome:
    """Compare a row with what the installed library does; any error is a difference."""
    try:
        function = resolve(name)
    except AbsentError:
        return Outcome("absent")
    try:
        judge(name, function)
    except Exception as error:
        return Outcome("differs", error)
    return Outcome("same")


def expected(name: str) -> str:
    """What `versions.py` says of a row on the installed versions, in the words of an outcome.

    Returns:
        "same", "absent", or "differs: " and a part of the error.
    """
    if name in ROWS_SINCE and not ROWS_SINCE[name].reached:
        return "absent"
    if name in DIFFERENT_BEFORE and not DIFFERENT_BEFORE[name].until.reached:
        return f"differs: {DIFFERENT_BEFORE[name].error}"
    return "same"


def judge(name: str, function: Any) -> None:
    """Call a callable in all experiments of its row.

    Raises:
        AssertionError: if it does something else than the row says.
        Exception: whatever the library raises.
    """
    row = library_row(name)
    verdicts: list[Verdict] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for experiment in EXPERIMENTS[name]:
            if isinstance(experiment, Judged):
                experiment.judge(function)
            elif isinstance(row, Contract):
                verdicts.append(judge_contract(row, function, experiment))
            elif isinstance(experiment, Gradient):
                assert isinstance(row, TransformContract)
                judge_gradient(row, function)
            else:
                assert isinstance(row, TransformContract)
                assert isinstance(experiment, Transform)
                judge_transform(row, function, experiment)
    judged_elsewhere = any(isinstance(experiment, Judged) for experiment in EXPERIMENTS[name])
    if isinstance(row, Contract) and not judged_elsewhere:
        special = {p.name for p in row.parameters if p.effect > Effect.BORROW}
        given = {parameter for verdict in verdicts for parameter in verdict.given}
        assert special <= given, "no experiment gives these parameters a State"
        if contract_supersedes(row):
            assert any(verdict.newer for verdict in verdicts), "no newer State came back"


if __name__ == "__main__":
    print(json.dumps({name: str(observe(name)) for name in LIBRARY}))
