"""From mypy's output, one JSON object a line, to reports by file.

Of each row it is asked whose it is.  An error with the code of a rule is one of our findings: mypy
says that it is to be shown, and the finding as it was found, with its notes, is looked up
(`report/stored.py`).  A note that begins as ours do is a fault or a limit.  All else is mypy's own:
errors are counted, notes are left out, the notes of our findings among them.

mypy makes a note part of an error that stands at the same place (`hint`), so hints are read, too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from mypy_eqxstate.checking.result import Blocker, FileReport
from mypy_eqxstate.report.finding import Finding, Position
from mypy_eqxstate.report.to_mypy import FAULT, LIMIT
from mypy_eqxstate.rules import RULES


@dataclass(frozen=True, slots=True)
class Row:
    """One of mypy's messages.

    Attributes:
        path: the file as mypy shows it; None if the message is about none.
        position: where; None if mypy does not say.
        is_error: it is an error, and no note.
        message: mypy's sentence.
        hints: the notes at the same place.
        code: mypy's error code, or None.
    """

    path: str | None
    position: Position | None
    is_error: bool
    message: str
    hints: tuple[str, ...] = ()
    code: str | None = None

    @property
    def is_finding(self) -> bool:
        """Whether this is an error of one of our rules."""
        return self.is_error and self.code in RULES

    def blocker(self) -> Blocker:
        """The same as something that stopped mypy."""
        return Blocker(self.message, self.path, self.position, self.code)


@dataclass(slots=True)
class Sorted:
    """The rows of a run, sorted by whose they are.

    Attributes:
        findings: rows that are findings.
        limits: per file.
        faults: per file.
        others: errors of mypy's own.
    """

    findings: list[Row] = field(default_factory=list)
    limits: dict[str, list[str]] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    others: list[Row] = field(default_factory=list)


def parse(lines: Iterable[str]) -> Iterator[Row]:
    """Understand mypy's output; a line that is no JSON is an error about no file."""
    for line in lines:
        try:
            data = json.loads(line)
            row = _row(data)
        except (ValueError, LookupError, TypeError):
            if line.strip():
                yield Row(None, None, not line.lstrip().startswith("note:"), line.strip())
            continue
        yield row


def sort(rows: Iterable[Row]) -> Sorted:
    """Ask of each row whose it is."""
    result = Sorted()
    for row in rows:
        if row.is_finding:
            result.findings.append(row)
        elif row.is_error:
            result.others.append(row)
        for text in (row.message, *row.hints):
            if text.startswith(FAULT):
                result.faults.setdefault(row.path or "", []).append(text)
            elif text.startswith(LIMIT):
                result.limits.setdefault(row.path or "", []).append(text.removeprefix(LIMIT))
    return result


def reports(
    rows: Sorted, known: Callable[[str], tuple[Finding, ...] | None]
) -> tuple[tuple[FileReport, ...], set[str]]:
    """Put together what is to be said about each file.

    Args:
        rows: mypy's, sorted.
        known: the findings of a file as they were found; None if it is no file of code.

    Returns:
        the reports, and the files of which a finding is not known as it was found: it is there
        without its notes.
    """
    unknown: set[str] = set()
    findings: dict[str, list[Finding]] = {}
    originals: dict[str, dict[tuple[object, ...], Finding] | None] = {}
    for row in rows.findings:
        path = row.path or ""
        if path not in originals:
            found = known(path)
            originals[path] = None if found is None else {_key(each): each for each in found}
        finding = Finding(row.code or "", row.message, row.position or Position(1, 0, 1, 0))
        in_file = originals[path]
        if in_file is not None:
            original = in_file.get(_key(finding))
            if original is None:
                unknown.add(path)
            else:
                finding = original
        findings.setdefault(path, []).append(finding)
    paths = sorted({*findings, *rows.limits, *rows.faults})
    made = tuple(
        FileReport(
            path,
            tuple(sorted(findings.get(path, ()), key=_place)),
            tuple(rows.limits.get(path, ())),
            tuple(rows.faults.get(path, ())),
        )
        for path in paths
    )
    return made, unknown


def _row(data: dict[str, object]) -> Row:
    line, column = data["line"], data["column"]
    end_line, end_column = data["end_line"], data["end_column"]
    assert isinstance(line, int) and isinstance(column, int)
    position = None
    if line >= 1:
        column = max(column, 0)
        end = (line, column)
        if isinstance(end_line, int) and isinstance(end_column, int):
            end = max(end, (end_line, end_column))
        position = Position(line, column, *end)
    hint, code = data["hint"], data["code"]
    return Row(
        path=str(data["file"]),
        position=position,
        is_error=data["severity"] == "error",
        message=str(data["message"]),
        hints=tuple(str(hint).splitlines()) if hint is not None else (),
        code=None if code is None else str(code),
    )


def _key(finding: Finding) -> tuple[object, ...]:
    position = finding.position
    return (finding.rule, position.line, position.column, " ".join(finding.message.split()))


def _place(finding: Finding) -> tuple[object, ...]:
    position = finding.position
    return (position.line, position.column, finding.rule, finding.message)
