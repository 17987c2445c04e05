"""Every scenario has a case, and the checker says about each case what stands beside its code."""

import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.scenarios.scenario_format import (
    CASES,
    DIRECTIVES,
    RULES,
    Case,
    all_cases,
    can_parse,
    is_installed,
    lacks,
)

SCENARIOS = range(1, 156)
ALL = all_cases()
CONFIG = """\
[mypy]
plugins = mypy_eqxstate
warn_unused_ignores = True
"""


@dataclass(frozen=True)
class Found:
    """One error as mypy printed it."""

    line: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message} [{self.code}]"


@pytest.fixture(scope="session")
def errors_by_file(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Found]]:
    """The errors of one mypy run over all cases, by the name of the file."""
    directory = tmp_path_factory.mktemp("scenarios")
    config = directory / "mypy.ini"
    config.write_text(CONFIG)
    command = [sys.executable, "-m", "mypy", "--config-file", str(config), "--output", "json"]
    command += ["--cache-dir", str(directory / "cache")]
    files = [str(case.path.relative_to(CASES.parent)) for case in ALL if can_parse(case.python)]
    run = subprocess.run(
        command + files, cwd=CASES.parent, capture_output=True, text=True, encoding="utf-8"
    )
    if run.returncode not in (0, 1):
        pytest.fail(f"mypy ended with {run.returncode}:\n{run.stdout[-3000:]}{run.stderr[-3000:]}")
    found: dict[str, list[Found]] = defaultdict(list)
    for text in run.stdout.splitlines():
        entry = json.loads(text)
        if entry["severity"] == "error":
            item = Found(entry["line"], entry["code"] or "", entry["message"])
            found[Path(entry["file"]).stem].append(item)
    return found


def differences(case: Case, found: list[Found]) -> list[str]:
    """What is missing, what is too much, and what is worded otherwise."""
    result = []
    wanted = Counter((item.line, item.code) for item in case.expected)
    got = Counter((item.line, item.code) for item in found)
    for (line, code), times in sorted((wanted - got).items()):
        result.append(f"missing: line {line}: [{code}]" + (f" x {times}" if times > 1 else ""))
    surplus = wanted.copy()
    for error in sorted(found, key=lambda item: item.line):
        if surplus[error.line, error.code] > 0:
            surplus[error.line, error.code] -= 1
        else:
            result.append(f"too much: {error}")
    for item in case.expected:
        candidates = [e for e in found if (e.line, e.code) == (item.line, item.code)]
        if candidates and not any(says(e.message, item.fragments) for e in candidates):
            texts = " / ".join(e.message for e in candidates)
            result.append(f"line {item.line}: wanted {list(item.fragments)}, but it says: {texts}")
    return result


def says(message: str, fragments: tuple[str, ...]) -> bool:
    """Whether all fragments occur, numbers as whole numbers."""
    return all(
        re.search(re.escape(text) + (r"(?!\d)" if text[-1:].isdigit() else ""), message)
        for text in fragments
    )


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_case(case: Case, errors_by_file: Mapping[str, list[Found]]) -> None:
    if (lacking := lacks(case)) is not None:
        pytest.skip(f"needs {lacking}")
    found = errors_by_file.get(case.name, [])
    plain = [e for e in found if e.code not in RULES and e.code != "unused-ignore"]
    if is_installed(case.typed_since):
        assert not plain, "mypy's own errors:\n" + "\n".join(map(str, plain))
    else:
        assert plain, f"mypy is silent before {case.typed_since}, too"
        found = [e for e in found if e not in plain]
    problems = differences(case, found)
    if case.xfail is not None:
        assert problems, f"this works now; take the mark away: xfail: {case.xfail}"
        pytest.xfail(case.xfail)
    assert not problems, f"{case.path}\n" + "\n".join(problems)


def test_every_scenario_has_a_case() -> None:
    assert {case.number for case in ALL} == set(SCENARIOS)


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_case_is_well_formed(case: Case) -> None:
    if not can_parse(case.python):
        pytest.skip(f"needs Python {case.python[0]}.{case.python[1]}")
    assert case.docstring, "the docstring says which scenario this is"
    assert case.functions or case.at_module_level
    lines = len(case.path.read_text(encoding="utf-8").splitlines())
    for item in case.expected:
        assert item.code in (*RULES, "unused-ignore"), item
        for fragment in item.fragments:
            for number in re.findall(r"line (\d+)", fragment):
                assert 1 <= int(number) <= lines, item
    for function in case.functions:
        assert function.directive is None or function.directive in DIRECTIVES, function.label
        if function.kind == "good":
            assert not function.expected, function.label
        else:
            assert function.expected, f"{function.label}: nothing is marked in it"
        if function.kind == "may":
            assert any(item.may for item in function.expected), function.label
        else:
            assert not any(item.may for item in function.expected), function.label
