"""Compares what the checker reports with what the judge saw, line by line."""

from __future__ import annotations

from dataclasses import dataclass

from tests.differential.checker import Checker, Report
from tests.differential.judge import Judge, Judgement
from tests.differential.reference import Use

ENOUGH_RUNS = 6000


@dataclass(frozen=True)
class Difference:
    """A report without a use, or a use without a report.

    Attributes:
        kind: "false alarm" or "miss".
        line: where.
        rule: the rule's code.
        detail: the message, or what made the State old.
    """

    kind: str
    line: int
    rule: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: line {self.line}: [{self.rule}] {self.detail}"


def differences(reports: list[Report], judgement: Judgement) -> list[Difference]:
    """All differences, in the order of their lines.

    A report needs a use of that kind on its line. A use needs a report on one of the lines at work;
    or the same run has used the same old State before, and that was reported; or what made it old
    is the cause of another report: one cause is reported once.
    """
    found: set[Difference] = set()
    if judgement.complete or judgement.executions >= ENOUGH_RUNS:
        seen = {
            (line, cause.rule)
            for use in judgement.uses
            for line in use.lines
            for cause in use.causes
        }
        for report in reports:
            if (report.line, report.rule) not in seen:
                found.add(Difference("false alarm", report.line, report.rule, report.text))
    lines = {report.line for report in reports}
    causes = {cause for report in reports for cause in report.causes}
    for use in judgement.uses:
        if not _is_reported(use, lines, causes):
            cause = min(use.causes, key=lambda cause: cause.rule)
            found.add(
                Difference("miss", use.lines[0], cause.rule, f"old since line {cause.lines}")
            )
    return sorted(found, key=lambda each: (each.line, each.kind))


def _is_reported(use: Use, lines: set[int], causes: set[int]) -> bool:
    if lines.intersection(use.lines):
        return True
    return any(causes.intersection(cause.lines) for cause in use.causes)


def compare(checker: Checker, source: str) -> list[Difference]:
    """Judge and check a program.

    A report that a few runs do not bear out is looked into with many more.
    """
    reports = checker.reports(source)
    judge = Judge(source, "drive")
    found = differences(reports, judge.look())
    while not judge.seen.complete and judge.seen.executions < ENOUGH_RUNS:
        seen = {line for use in judge.seen.uses for line in use.lines}
        if all(report.line in seen for report in reports):
            break
        found = differences(reports, judge.look(1000))
    return found
