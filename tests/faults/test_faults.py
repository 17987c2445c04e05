"""A fault of our own in any stage costs what it must and no more, and mypy's result stands.

One function of the plugin is made to raise (`injector.py`) during a run of mypy over a small
program.  In each row of the table stands what that may cost: the findings in the function that the
faulty call was about, those in the module, all, or none at all.

Not in the table: `mark_affine`.  Without the mark a class is not affine, and `Consumed` on it is
reported.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.faults.injector import BROKEN_FROM

ROOT = Path(__file__).resolve().parents[2]
TOKENS = """
    from __future__ import annotations
    from mypy_eqxstate import Consumed, affine

    @affine
    class Token:
        def advance(self: Consumed[Token]) -> Token:
            return Token()
"""
HELPERS = """
    from tokens import Token

    def step(token: Token) -> Token:
        return token.advance()

    def fragile(token: Token) -> Token:
        return step(token)

    def bad(token: Token) -> list[Token]:
        newer = step(token)
        return [newer, token]

    def wrong() -> int:
        return "no number"
"""
MAIN = """
    from helpers import fragile, step
    from mypy_eqxstate import Borrowed
    from tokens import Token

    def first(token: Token) -> list[Token]:
        newer = step(token)
        return [newer, token]

    def caller(token: Token) -> list[Token]:
        newer = broken(token)
        return [newer, token]

    def user(token: Token) -> list[Token]:
        newer = fragile(token)
        return [newer, token]

    def wrong() -> int:
        return "no number"

    misplaced: list[Borrowed[Token]] = []
"""
BROKEN = """
    def broken(token: Token) -> Token:
        newer = step(token)
        print(token)
        return newer
"""
NUMBER = re.compile(r"(\w+\.py):(\d+): error: ")
OURS = re.compile(r"\[state-\w+\]$")
FILE = re.compile(r"\w+\.(pyi?|ini)\b")


class Fault(NamedTuple):
    """What is made to raise, and what that may cost."""

    target: str
    about: str | None = None
    costs: str = "function"
    exception: str = "RuntimeError"
    named: str = "broken"
    receiver: bool = False


STAGES = {
    "oracle": [
        Fault("oracle.of_mypy:MypyOracle._expression", "broken"),
        Fault("oracle.mypy_reachability:Reachability.reachable", "broken", exception="KeyError"),
        Fault("oracle.of_mypy:MypyOracle._type", costs="all", named="oracle"),
        Fault("oracle.mypy_affine_lines:AffineLines.of", costs="all", named="affine_lines"),
        Fault("oracle.mypy_symbols:Symbols.declaration", costs="all", named="declaration"),
        Fault("module_check:MypyOracle", "main", costs="module", named="the module"),
    ],
    "lowering": [
        Fault("ir.module:ModuleIndex.lower", "broken", exception="RecursionError"),
        Fault("ir.builder:Builder.expression", "broken", exception="KeyError"),
        Fault("ir.builder:Builder.statements", "broken", exception="MemoryError"),
        Fault("analysis:ModuleIndex", "main", costs="module", named="the module"),
    ],
    "engine": [
        Fault("flow.body:solve", "broken"),
        Fault("flow.body:solve", "broken", exception="RecursionError"),
        Fault("flow.body:solve", "broken", exception="KeyError"),
        Fault("flow.body:solve", "broken", exception="MemoryError"),
        Fault("flow.body:BodyAnalysis.__init__", "broken"),
        Fault("flow.calls:Calls.call", "broken", exception="RecursionError"),
        Fault("flow.ownership:Ownership.check", "broken", exception="KeyError", receiver=True),
        Fault("flow.body:birth", "broken"),
        Fault("flow.instances:Instances.learn", costs="none", named="the module"),
        Fault("flow.module:ModuleAnalysis.analyze_module_body", "main", "module", named="main"),
        Fault("analysis:_callers_first", costs="all", named="the module"),
    ],
    "summaries": [
        Fault("flow.module:summary_of", "broken"),
        Fault("flow.recursion:Summaries.get", "broken", exception="KeyError"),
        Fault("flow.bodies:BodyCalls.run", "broken", exception="RecursionError", receiver=True),
        Fault("flow.bodies:Instantiation", "broken", exception="MemoryError"),
        Fault("flow.recursion:alike", costs="all", named="first"),
        # In another module, which is looked into for a call of `user`.
        Fault("flow.body:solve", "fragile", costs="none", named="fragile"),
        Fault("flow.module:summary_of", "fragile", costs="none", named="fragile"),
        Fault("flow.program:Program._read", "helpers", costs="none", named="helpers"),
        Fault("flow.program:Program._defining", costs="all", named="first"),
        Fault("oracle.mypy_sources:MypySources.module", costs="none", named="helpers"),
    ],
    "contracts": [
        Fault("analysis:library_row", costs="all", named="first"),
        Fault("analysis:malformed_annotations", costs="contract", named="the module"),
        Fault("flow.bodies:without_globals", costs="all", named="first"),
    ],
    "reporting": [
        Fault("report.wording:Wording.finding", "broken"),
        Fault("report.wording:Wording._notes", "broken", exception="RecursionError"),
        Fault("report.to_mypy:_report_finding", "broken", exception="KeyError"),
        Fault("report.to_mypy:_note", costs="none", named="first"),
        Fault("analysis:_one_for_each_cause", "main", costs="module", named="the module"),
        Fault("report.to_mypy:report_module", costs="all", named="get_additional_indirect_deps"),
    ],
    "hooks": [
        Fault("session:read_configuration", costs="none", named="mypy.ini"),
        Fault("session:own_digest", costs="none", named="report_config_data"),
        Fault("session:digest_of", costs="none", named="report_config_data"),
        Fault("report.stored:keep", costs="none", named="the store of findings"),
        Fault("session:Session.attach", costs="all", named="set_modules"),
        Fault("session:Session.end_of_module", costs="all", named="tokens.py"),
        Fault("session:Session._used_by", costs="none", named="the module"),
        Fault("session:Session._checker", costs="all", named="tokens.py"),
        Fault("mypy_build:_graph_at_work", costs="none", named="report_config_data"),
        Fault("mypy_build:_is_graph_of", costs="none", named="report_config_data"),
        Fault("module_check:new_program", costs="all", named="the module"),
        Fault("module_check:ModuleCheck._source", costs="all", named="the module"),
    ],
}
_COUNTER = itertools.count(1)
ALL = [fault for faults in STAGES.values() for fault in faults]


@dataclass
class Said:
    """What a run of mypy said.

    Attributes:
        status: its exit status.
        plain: mypy's own lines.
        found: our errors, by file and line.
        notes: those about faults.
    """

    status: int
    plain: list[str]
    found: set[tuple[str, int]]
    notes: list[str]


def said(status: int, text: str) -> Said:
    """Sort the lines of a run."""
    result = Said(status, [], set(), [])
    for line in text.splitlines():
        number = NUMBER.match(line)
        if "internal fault" in line:
            result.notes.append(line)
        elif number and OURS.search(line):
            result.found.add((number[1], int(number[2])))
        elif number:
            result.plain.append(line)
    result.plain.sort()  # workers finish in any order
    result.notes.sort()
    return result


def run(root: Path, fault: Fault | None, tool: str, arguments: Sequence[str]) -> Said:
    """Run mypy, or its daemon, with a fault or without."""
    given = (fault or Fault("session:Session", "nothing"))._asdict()
    keys = ("target", "exception", "about", "receiver")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "MYPYPATH": str(ROOT),
        "FAULT": json.dumps({key: given[key] for key in keys}),
    }
    done = subprocess.run(
        [sys.executable, "-m", tool, *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return said(done.returncode, done.stdout + done.stderr)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all programs: most of it is mypy's own library stubs."""
    return tmp_path_factory.mktemp("cache")


def written(root: Path) -> Path:
    """The program, in a directory; mypy's cache tells programs apart by the lengths of files."""
    comment = "#" * next(_COUNTER)
    main = textwrap.dedent(MAIN) + "\n" * BROKEN_FROM + textwrap.dedent(BROKEN)
    for name, text in (("tokens", TOKENS), ("helpers", HELPERS), ("main", main)):
        (root / f"{name}.py").write_text(textwrap.dedent(text) + comment, encoding="utf-8")
    lines = ["[mypy]", f"plugins = {ROOT / 'tests/faults/injector.py'}", "[mypy_eqxstate]", ""]
    (root / "mypy.ini").write_text("\n".join(lines), encoding="utf-8")
    return root


@pytest.fixture
def program(tmp_path: Path) -> Path:
    return written(tmp_path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Said:
    """What is said without a fault."""
    found = check(written(tmp_path_factory.mktemp("healthy")), cache, None)
    assert found.status == 1
    assert len(found.plain) == 2
    assert len(found.found) == 6
    assert not found.notes
    return found


def in_broken(found: tuple[str, int]) -> bool:
    return found[1] >= BROKEN_FROM


# Which findings a fault may cost.
MAY_COST: dict[str, Callable[[tuple[str, int]], bool]] = {
    "none": lambda found: False,
    "function": in_broken,
    "contract": lambda found: found == ("main.py", 21),
    "module": lambda found: found[0] == "main.py",
    "all": lambda found: True,
}


def check(program: Path, cache: Path, fault: Fault | None, *options: str) -> Said:
    arguments = ("--no-error-summary", "--cache-dir", str(cache), *options, ".")
    return run(program, fault, "mypy", arguments)


def compare(whole: Said, found: Said, fault: Fault) -> None:
    """Assert that a fault costs no more than it may, and that it is said."""
    assert found.status == whole.status
    assert found.plain == whole.plain
    assert {f for f in whole.found if not MAY_COST[fault.costs](f)} <= found.found
    surplus = found.found - whole.found
    assert all(map(in_broken, surplus)), surplus
    assert found.notes
    about = [note for note in found.notes if fault.named in note]
    assert about, found.notes
    assert fault.named == "set_modules" or all(FILE.search(n.partition("(")[0]) for n in about)
    assert all(fault.exception in note and "please report it" in note for note in about)
    starts = [note.partition("Error")[0] for note in found.notes]
    assert len(starts) == len(set(starts)), "one note a module or hook"


@pytest.mark.parametrize("fault", ALL, ids=lambda fault: f"{fault.target}-{fault.exception}")
def test_a_fault_costs_no_more_than_it_must(
    program: Path, cache: Path, whole: Said, fault: Fault
) -> None:
    compare(whole, check(program, cache, fault), fault)


@pytest.mark.parametrize("faults", STAGES.values(), ids=STAGES)
def test_warm_runs_and_workers_say_the_same(
    program: Path, tmp_path_factory: pytest.TempPathFactory, whole: Said, faults: list[Fault]
) -> None:
    cache = tmp_path_factory.mktemp("own_cache")
    cold = check(program, cache, faults[0], "-n", "2")
    compare(whole, cold, faults[0])
    warm = check(program, cache, faults[0])
    compare(whole, warm, faults[0])
    assert warm == cold


def test_a_class_that_could_not_be_marked_is_not_affine(
    program: Path, tmp_path_factory: pytest.TempPathFactory, whole: Said
) -> None:
    """Nothing is found then but what the annotations say of a class that is none of ours."""
    fault = Fault("mypy_plugin:mark_affine", costs="all", named="get_class_decorator_hook")
    found = check(program, tmp_path_factory.mktemp("own_cache"), fault)
    consumed_self, misplaced = ("tokens.py", 7), ("main.py", 21)
    assert found.found == {consumed_self, misplaced}
    compare(whole, replace(found, found={misplaced}), fault)
    (note,) = found.notes
    assert "tokens.py: get_class_decorator_hook" in note


DAEMON = [
    Fault("session:Daemon", costs="all", named="set_modules"),
    Fault("daemon:Daemon.remember_findings", costs="all", named="the daemon's memory"),
    Fault("daemon:Daemon.say_findings", costs="all", named="get_additional_indirect_deps"),
    Fault("daemon:Daemon.repeat", costs="all", named="get_function_hook"),
    Fault("daemon:Daemon.note_dependencies", costs="all", named="the module"),
    Fault("session:Session.reconfigure", costs="all", named="mypy.ini"),
]


@pytest.mark.parametrize("fault", DAEMON, ids=lambda fault: fault.target)
def test_in_the_daemon(program: Path, cache: Path, whole: Said, fault: Fault) -> None:
    def dmypy(*arguments: str) -> Said:
        status = ("--status-file", str(program / "status.json"))
        return run(program, fault, "mypy.dmypy", (*status, *arguments))

    def checked() -> Said:
        return dmypy("run", "--", "--no-error-summary", "--cache-dir", str(cache), ".")

    try:
        first = checked()
        with (program / "helpers.py").open("a", encoding="utf-8") as file:
            file.write("\nextra: int = 'no number'\n")
        with (program / "mypy.ini").open("a", encoding="utf-8") as file:
            file.write("strict = true\n")
        second = checked()
    finally:
        dmypy("stop")
    assert first.status == second.status == 1
    assert first.plain == whole.plain
    assert [line for line in second.plain if "helpers.py:17" not in line] == whole.plain
    compare(
        whole, Said(1, whole.plain, first.found & second.found, first.notes or second.notes), fault
    )
