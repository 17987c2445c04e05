"""A quick part of `make torture`: files of the standard library, and code that nobody writes."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from mypy_eqxstate.flow.instantiate import MAXIMAL_VALUES
from tests.torture.analyse import analyse
from tests.torture.drive import ORACLES, bound, text_of
from tests.torture.files import STANDARD_LIBRARY, corpora
from tests.torture.oracles import GivingOracle
from tests.torture.pathological import KINDS

FILES = corpora()[STANDARD_LIBRARY][::150]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_files_of_the_standard_library(path: Path) -> None:
    source = text_of(path)
    for name, oracle in ORACLES.items():
        outcome = analyse(source, oracle) if source is not None else None
        if outcome is None:
            pytest.skip("Python itself can't read it")
        assert outcome.faults == ()
        assert outcome.alarms == () or name != "silent"


@pytest.mark.parametrize("name", KINDS)
def test_pathological_code_is_analysed(name: str) -> None:
    kind, size = KINDS[name]
    for part in (16, 8):
        outcome = analyse(kind(max(1, size // part)), GivingOracle)
        assert outcome is not None
        assert outcome.faults == ()
        assert outcome.limits == ()


def test_a_bug_in_pathological_code_is_found() -> None:
    for name, (kind, _) in KINDS.items():
        old = kind(4) + "\ndef last(s, i):\n    t = s.set(i, 1)\n    return s.get(i)\n"
        outcome = analyse(old, GivingOracle)
        assert outcome is not None
        line = old.count("\n")
        assert any(alarm.startswith(f"{line}: ") for alarm in outcome.alarms), name


def test_functions_that_call_each_other_are_solved_together() -> None:
    kind, _ = KINDS["recursion"]
    outcome = analyse(kind(24) + "def g(s, i):\n    f0(s, i)\n    return s.get(i)\n", GivingOracle)
    assert outcome is not None
    assert any(alarm.startswith("195: ") for alarm in outcome.alarms), outcome.alarms


def test_of_functions_that_were_not_looked_into_nothing_is_guessed() -> None:
    # So many of them call each other that each can't be looked into while another one is.
    kind, _ = KINDS["recursion"]
    outcome = analyse(kind(60), GivingOracle)
    assert outcome is not None
    assert (outcome.alarms, outcome.limits) == ((), ())


@pytest.mark.parametrize(("number", "found"), [(20, True), (MAXIMAL_VALUES + 20, False)])
def test_what_a_call_returns_is_not_known_if_it_may_be_very_many_things(
    number: int, found: bool
) -> None:
    kind, _ = KINDS["callees"]
    source = kind(number).replace("return g(s, i)", "g = through(g)\n    new = g(s, i)")
    source += "    return s.get(i), new\n\ndef through(g):\n    return g\n"
    outcome = analyse(source, GivingOracle)
    assert outcome is not None
    assert outcome.faults == ()
    assert bool(outcome.alarms) == found


def test_the_bound_allows_for_length() -> None:
    assert all(bound(n) < bound(n + 1) for n in itertools.islice(itertools.count(), 3))


def test_in_a_block_of_very_many_operations_a_bug_is_found() -> None:
    lines = "".join(f"    x{n} = g({n})\n" for n in range(3000))
    source = f"def f(s, i):\n{lines}    new = s.set(i, 1)\n    return s.get(i)\n"
    outcome = analyse(source, GivingOracle)
    assert outcome is not None
    assert outcome.faults == ()
    [alarm] = outcome.alarms
    assert alarm.startswith('3003: "s" was consumed by "s.set" on line 3002')


@pytest.mark.parametrize("name", KINDS)
def test_the_cost_grows_about_as_the_size(name: str) -> None:
    kind, size = KINDS[name]
    large, small = max(1, size // 4), max(1, size // 16)

    def seconds(n: int) -> float:
        outcomes = [analyse(kind(n), GivingOracle) for _ in range(2)]
        return min(outcome.seconds for outcome in outcomes if outcome is not None)

    # Fourfold the size; the square of it would be sixteenfold the cost.
    assert seconds(large) < 8 * seconds(small) + 0.1
