"""Applies fixes to whole files and checks what is left of their findings.

`python -m tests.fixes.variants [NAME ...]` does that for all scenario cases (or those whose name
begins so). It takes some minutes and is no part of the test run.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mypy_eqxstate.checking import CheckResult, Request, check
from mypy_eqxstate.fixes import Fix, Source, apply, fixes
from mypy_eqxstate.report.finding import Finding
from tests.scenarios.scenario_format import CASES, all_cases, can_parse


@dataclass(frozen=True)
class Variant:
    """A file with one fix applied.

    Attributes:
        case: the file that it was made from.
        finding: the finding that is to vanish.
        fix: what was applied.
        text: the result.
        place: the line and column at which the finding would be if it were still there.
        before: how many findings the file had.
    """

    case: str
    finding: Finding
    fix: Fix
    text: str
    place: tuple[int, int]
    before: int

    def __str__(self) -> str:
        found, fix = self.finding, self.fix
        return f"{self.case}:{found.position.line}: [{found.rule}] {fix.kind.value}: {fix.title}"


def check_folder(folder: Path, names: Iterable[str], cache: Path) -> CheckResult:
    """Check the files of a package in a folder."""
    (folder / "mypy.ini").write_text("[mypy]\nplugins = mypy_eqxstate\n")
    before = Path.cwd()
    os.chdir(folder)
    try:
        paths = tuple(f"cases/{name}.py" for name in names)
        return check(Request(paths, config_file="mypy.ini", cache_dir=str(cache)))
    finally:
        os.chdir(before)


def copy_cases(folder: Path) -> Path:
    """A folder with the cases in it."""
    shutil.copytree(CASES, folder / "cases", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def variants(folder: Path, result: CheckResult) -> list[Variant]:
    """All fixes of all findings of a result, each applied by itself."""
    made = []
    for report in result.files:
        text = (folder / report.path).read_text(encoding="utf-8")
        source = Source.parse(text)
        for finding in report.findings:
            for fix in fixes(finding, source):
                place = _moved(text, fix, finding)
                new = apply(text, fix.edits)
                name = Path(report.path).stem
                made.append(Variant(name, finding, fix, new, place, len(report.findings)))
    return made


def failures(folder: Path, made: list[Variant], type_errors: int, cache: Path) -> list[str]:
    """Check variants; what is wrong with which.

    Args:
        folder: that of the cases.
        made: the variants.
        type_errors: how many errors of its own mypy finds anyhow.
        cache: mypy's.
    """
    wrong: list[str] = []
    names = []
    for number, variant in enumerate(made):
        names.append(f"variant{number}")
        (folder / "cases" / f"variant{number}.py").write_text(variant.text, encoding="utf-8")
    result = check_folder(folder, names, cache)
    wrong += [f"{made[_number(b.path)]}: {b.message}" for b in result.blockers]
    if result.type_errors > type_errors:
        wrong.append(f"{result.type_errors} errors of mypy's own instead of {type_errors}")
    reports = {_number(report.path): report for report in result.files}
    for number, variant in enumerate(made):
        found = reports[number].findings if number in reports else ()
        left = [
            each
            for each in found
            if each.rule == variant.finding.rule
            and (each.position.line, each.position.column) == variant.place
        ]
        if left:
            wrong.append(f"{variant}: is still there (variant{number})")
        elif len(found) > variant.before:
            wrong.append(f"{variant}: more findings than before (variant{number})")
    return wrong


def _number(path: str | None) -> int:
    match = re.search(r"variant(\d+)", path or "")
    assert match is not None, path
    return int(match[1])


def _moved(text: str, fix: Fix, finding: Finding) -> tuple[int, int]:
    """Where the place of a finding is after a fix."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    at = starts[finding.position.line - 1] + finding.position.column
    moved = at
    for edit in set(fix.edits):
        p = edit.position
        start, end = starts[p.line - 1] + p.column, starts[p.end_line - 1] + p.end_column
        if end <= at and start < at:
            moved += len(edit.text) - (end - start)
        elif start == at == end:
            moved += len(edit.text)
    new = apply(text, fix.edits)[:moved]
    return new.count("\n") + 1, len(new) - (new.rfind("\n") + 1)


def main() -> None:
    """Check all fixes of all cases."""
    chosen = sys.argv[1:] or ["s"]
    with tempfile.TemporaryDirectory() as name:
        folder = copy_cases(Path(name))
        cache = Path(tempfile.gettempdir(), "mypy-eqxstate-variants")
        known = [case.name for case in all_cases() if can_parse(case.python)]
        cases = [name for name in known if name.startswith(tuple(chosen))]
        result = check_folder(folder, cases, cache)
        made = variants(folder, result)
        print(len(result.findings), "findings", Counter(v.fix.kind.value for v in made))
        if os.environ.get("KEEP"):
            shutil.copytree(folder, os.environ["KEEP"], dirs_exist_ok=True)
        for text in failures(folder, made, result.type_errors, cache):
            print(text)
        if os.environ.get("KEEP"):
            shutil.copytree(folder, os.environ["KEEP"], dirs_exist_ok=True)


if __name__ == "__main__":
    main()
