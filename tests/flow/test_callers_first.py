"""A function is solved as it is called; as it is declared only if its calls don't say more."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import pytest

from mypy_eqxstate.flow.abstraction import Context
from mypy_eqxstate.flow.body import BodyAnalysis
from mypy_eqxstate.flow.module import ModuleAnalysis
from mypy_eqxstate.ir.model import BodyNode
from tests.torture.analyse import analyse

PROGRAM = """
import equinox as eqx

def step(model, state):
    y, state = model(state)
    return y, state

def main():
    model, state = eqx.nn.make_with_state(eqx.nn.BatchNorm)(3, "batch")
    return step(model, state)
"""


def _solved(source: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """The functions that are solved, each with whether its call says more than it does."""
    found: list[tuple[str, bool]] = []
    run = ModuleAnalysis._run

    def noting(
        module: ModuleAnalysis,
        node: BodyNode,
        context: Context,
        read_off: Callable[[BodyAnalysis], Any],
    ) -> Any:
        if not isinstance(node, ast.Module):
            found.append((module.index.name_of(node), bool(context)))
        return run(module, node, context, read_off)

    monkeypatch.setattr(ModuleAnalysis, "_run", noting)
    outcome = analyse(source)
    assert outcome is not None
    assert (outcome.faults, outcome.alarms) == ((), ())
    return found


def test_a_function_that_is_called_is_solved_as_it_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert sorted(_solved(PROGRAM, monkeypatch)) == [("main", False), ("step", True)]


def test_a_function_that_nobody_calls_is_solved_as_declared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    uncalled = PROGRAM.replace("return step(model, state)", "return model, state")
    assert sorted(_solved(uncalled, monkeypatch)) == [("main", False), ("step", False)]
