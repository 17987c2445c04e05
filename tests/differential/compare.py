"""Compares what the checker reports with what the judge saw, line by line.

Differences that the checker is meant to have are covered by policies (`policies.py`).  What can be
compared soundly:

- a report needs a use of its kind on its line, in some run;
- a use needs a report on one of the lines at work; or the same run has used the same old State
  before, and that was reported; or what made it old is the cause of another report: one cause is
  reported once;
- a report that doesn't say "may" must be right each time that its statement is carried out, and
  one that does must be wrong at some time.  Both are asked of plain statements without a choice
  in themselves, in the function that the driver calls: its arguments are as a signature promises,
  each a State of its own.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tests.differential.checker import Checker, Report
from tests.differential.evidence import (
    Difference,
    Evidence,
    causes_of,
    container_of,
    grown_on,
    iterated,
    turns,
)
from tests.differential.judge import Judge, Judgement
from tests.differential.policies import POLICIES
from tests.differential.world import Cause

ENOUGH_RUNS = 3000
MORE_RUNS = 1000
_PLAIN = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.Delete)
# What may leave a part of a statement out, carry it out several times, or later.
_CHOOSING = (
    *(ast.IfExp, ast.BoolOp, ast.Compare, ast.Lambda, ast.Assert, ast.Yield),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


def compare(checker: Checker, source: str) -> list[Difference]:
    """Judge and check a program: the differences that no policy covers.

    A report that a few runs do not bear out is looked into with many more.
    """
    reports = checker.reports(source)
    tree = ast.parse(source)
    watched: dict[int, list[str]] = {}
    for line, name in turns(tree) if reports else ():
        watched.setdefault(line, []).append(name)
    for report in reports:
        if "(" in report.place:
            continue  # a call, which would be carried out once more
        watched.setdefault(report.line, []).append(report.place)
        watched[report.line] += iterated(report, tree)
        for line, name in grown_on(tree, report.causes):
            watched.setdefault(line, []).append(name)
        if container := container_of(report.place):
            watched[report.line].append(container)
    judge = Judge(source, "drive", watched)
    evidence = Evidence(tree, judge.look(), watched)
    while not evidence.seen.complete and evidence.seen.executions < ENOUGH_RUNS:
        if not list(_uncovered(_false_alarms(reports, evidence.seen), evidence)):
            break
        judge.look(MORE_RUNS)
    seen = evidence.seen
    assert not seen.mistaken, f"the judges of stale States disagree: {seen.mistaken[0]}"
    return list(_uncovered(_differences(reports, evidence), evidence))


def _uncovered(differences: Iterable[Difference], evidence: Evidence) -> Iterator[Difference]:
    """Those that no policy covers."""
    for difference in differences:
        if not any(policy.covers(difference, evidence) for policy in POLICIES):
            yield difference


def _differences(reports: Sequence[Report], evidence: Evidence) -> list[Difference]:
    """All differences, in the order of their lines."""
    is_enough = evidence.seen.complete or evidence.seen.executions >= ENOUGH_RUNS
    found = {
        *(_false_alarms(reports, evidence.seen) if is_enough else ()),
        *_misses(reports, evidence),
        *_worded_wrongly(reports, evidence),
    }
    return sorted(found, key=lambda each: (each.line, each.kind, each.detail))


def _false_alarms(reports: Sequence[Report], seen: Judgement) -> Iterator[Difference]:
    """Reports that no run so far bears out."""
    used = {(line, c.rule) for use in seen.uses for line in use.lines for c in use.causes}
    for report in reports:
        # What no run reaches the judge knows nothing of.
        is_dead = report.line not in seen.reached or not report.causes & seen.reached
        # Nor of what follows in a statement that is always left by an exception.
        is_dead |= report.line in seen.broken and report.line not in seen.steps
        if (report.line, report.rule) not in used and not is_dead:
            yield Difference("false alarm", report.line, report.rule, report.text, report)


def _misses(reports: Sequence[Report], evidence: Evidence) -> Iterator[Difference]:
    lines = {report.line for report in reports}
    named = {cause for report in reports for cause in causes_of(report, evidence)}
    for run in evidence.seen.runs:
        told: set[Cause] = set()
        for use in run:
            if lines.intersection(use.lines):
                told |= use.causes
            elif not any(cause in told or named.intersection(cause.lines) for cause in use.causes):
                cause = min(use.causes, key=lambda cause: cause.rule)
                detail = f"old since line {cause.lines}"
                yield Difference("miss", use.lines[0], cause.rule, detail, use=use)


def _worded_wrongly(reports: Sequence[Report], evidence: Evidence) -> Iterator[Difference]:
    comparable = _comparable_lines(evidence.tree)
    times = Counter((report.line, report.rule) for report in reports)
    lines = {report.line for report in reports}
    seen = evidence.seen
    for report in reports:
        steps = seen.steps.get(report.line)
        if report.line not in comparable or report.in_a_loop or not steps:
            continue
        if not report.may and any(not causes for causes, _, _ in steps):
            yield Difference("too certain", report.line, report.rule, report.text, report)
        is_all_seen = seen.complete and not seen.cut and report.line not in seen.broken
        is_all_seen &= times[report.line, report.rule] == 1
        # What a statement makes old that is wrong itself, is of no interest.
        told = lines - causes_of(report, evidence)
        if (
            report.may
            and is_all_seen
            and all(
                any(c.rule == report.rule and told.isdisjoint(c.lines) for c in causes)
                for causes, _, _ in steps
            )
        ):
            yield Difference("too cautious", report.line, report.rule, report.text, report)


def _comparable_lines(tree: ast.Module) -> set[int]:
    """The lines of plain statements without a choice in themselves, or a `finally` behind them."""
    undone = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Try) and node.finalbody
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }
    return {
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, _PLAIN)
        and node.lineno not in undone
        and not any(isinstance(inner, _CHOOSING) for inner in ast.walk(node))
    }
