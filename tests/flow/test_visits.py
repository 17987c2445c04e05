"""What a visit of a block finds out about the result of a call, and what it carries over edges."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from mypy_eqxstate.flow import body as flow_body
from mypy_eqxstate.flow.body import BodyAnalysis
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.solver import Solution, solve
from mypy_eqxstate.ir.model import Body, Variable
from tests.torture.analyse import analyse

_BEGIN = """
import equinox as eqx

model, initial = eqx.nn.make_with_state(eqx.nn.BatchNorm)(3, "batch")
"""


@dataclass
class _Solved:
    """How the body of `main` was solved, and what was found.

    Attributes:
        alarms: the findings, by line behind the beginning.
        solutions: of each time, the names that each block begins with.
    """

    alarms: list[str] = field(default_factory=list)
    solutions: list[list[set[str]]] = field(default_factory=list)


def _solved(source: str, monkeypatch: pytest.MonkeyPatch) -> _Solved:
    found = _Solved()

    def noting(body: Body, problem: BodyAnalysis) -> Solution[Memory]:
        solution = solve(body, problem)
        if body.name == "main":
            entries = [memory.bindings for memory in solution.entry.values()]
            found.solutions.append(
                [{root.name for root in entry if isinstance(root, Variable)} for entry in entries]
            )
        return solution

    monkeypatch.setattr(flow_body, "solve", noting)
    outcome = analyse(_BEGIN + textwrap.dedent(source))
    assert outcome is not None
    assert outcome.faults == ()
    found.alarms = list(outcome.alarms)
    return found


def _line(alarms: Sequence[str]) -> list[int]:
    return [int(alarm.partition(":")[0]) - _BEGIN.count("\n") for alarm in alarms]


def test_a_name_that_tells_of_a_result_counts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
        def main(layer, x):
            state = initial
            y, new_state = layer(x, state)
            return layer(y, state)
    """
    solved = _solved(source, monkeypatch)
    assert _line(solved.alarms) == [5]
    assert '"new_state"' in solved.alarms[0]
    assert len(solved.solutions) == 1


def test_so_it_does_for_each_of_several_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
        def main(layer, x):
            one = initial
            _, two = eqx.nn.make_with_state(eqx.nn.BatchNorm)(3, "batch")
            y, new_one = layer(x, one)
            z, new_two = layer(x, two)
            layer(y, one)
            layer(z, two)
            return new_one, new_two
    """
    solved = _solved(source, monkeypatch)
    assert _line(solved.alarms) == [7, 8]
    assert len(solved.solutions) == 1


def test_what_was_found_before_going_back_is_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
        def main(layer, x):
            state = initial
            y, new_state = layer(x, state, layer(x, state))
            print(state)
            y, state2 = layer(x, new_state)
            return state2
    """
    solved = _solved(source, monkeypatch)
    assert _line(solved.alarms) == [5]
    assert len(solved.solutions) == 1


def test_going_back_leaves_the_way_of_an_exception_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = """
        def main(layer, x):
            state = initial
            try:
                y, new_state = layer(x, state)
            except ValueError:
                return layer(x, state)
            return layer(y, state)
    """
    solved = _solved(source, monkeypatch)
    assert _line(solved.alarms) == [8]
    assert len(solved.solutions) == 1


def test_what_a_later_block_shows_counts_in_another_solution(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = """
        def main(layer, x):
            state = initial
            pair = layer(x, state)
            if x:
                y, new_state = pair
                return layer(y, state)
            return None
    """
    solved = _solved(source, monkeypatch)
    assert _line(solved.alarms) == [7]
    assert len(solved.solutions) == 2


def test_so_does_what_is_shown_of_an_earlier_call(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
        def main(layer, x):
            state = initial
            pair = layer(x, state)
            layer(x)
            y, new_state = pair
            return layer(y, state)
    """
    solved = _solved(source, monkeypatch)
    assert _line(solved.alarms) == [7]
    assert len(solved.solutions) == 2


def test_a_name_that_nobody_reads_any_more_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
        def main(layer, x, n):
            for i in range(n):
                y = layer(x)
                z = layer(y)
            return x
    """
    (entries,) = _solved(source, monkeypatch).solutions
    assert all(names.isdisjoint({"i", "y", "z"}) for names in entries)


def test_unless_a_message_may_speak_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
        def main(layer, index, x):
            state = initial
            model, _ = eqx.nn.make_with_state(eqx.nn.BatchNorm)(3, "batch")
            new = state.set(index, x)
            if x:
                return state.get(index)
            return None
    """
    solved = _solved(source, monkeypatch)
    (entries,) = solved.solutions
    assert all("_" not in names for names in entries)
    assert 'use "new"' in solved.alarms[-1]
