"""Compares what the checker reports with what the judge saw, line by line.

Differences that the checker is meant to have are covered by *policies*: each has a name, a
scenario and a line in the README ("What it does not see").  `POLICIES` says which differences of
which programs each of them covers.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.differential.checker import Checker, Report
from tests.differential.judge import Judge, Judgement
from tests.differential.reference import Cause

ENOUGH_RUNS = 6000


@dataclass(frozen=True)
class Difference:
    """A report without a use, or a use without a report.

    Attributes:
        kind: "false alarm" or "miss".
        line: where.
        rule: the rule's code.
        detail: the message, or what made the State old.
        cause: of a miss, the line that made the State old, in a helper or not.
    """

    kind: str
    line: int
    rule: str
    detail: str
    cause: int = 0

    def __str__(self) -> str:
        return f"{self.kind}: line {self.line}: [{self.rule}] {self.detail}"


Policy = Callable[[Difference, ast.Module], bool]


def _names_that_trade_places(difference: Difference, tree: ast.Module) -> bool:
    """A false alarm about a name that only some paths bind to what another name holds."""
    return difference.kind == "false alarm" and any(
        f'"{name}' in difference.detail for name in _conditional_aliases(tree)
    )


def _accepting_a_step(difference: Difference, tree: ast.Module) -> bool:
    """A stale name that a loop rebinds by a plain assignment from another name."""
    return (
        difference.kind == "miss"
        and difference.rule == "state-stale"
        and bool(_accepted(tree) & _names_on_line(tree, difference.line))
    )


def _generators(difference: Difference, tree: ast.Module) -> bool:
    """What a generator does between two elements: it is taken to run at once."""
    if difference.kind == "false alarm":
        return 'by "versions"' in difference.detail
    return any(
        node.lineno <= difference.line <= (node.end_lineno or 0)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "versions"
    )


def _loops_over_displays(difference: Difference, tree: ast.Module) -> bool:
    """A false alarm that takes a loop over `(s, t)` for one that may run no turn at all."""
    return difference.kind == "false alarm" and any(
        isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple) for node in ast.walk(tree)
    )


def _elements_of_lists(difference: Difference, tree: ast.Module) -> bool:
    """An element known as what it was read through only, or under another name than its loop's."""
    if difference.kind != "miss":
        return False
    in_list = any(isinstance(node, ast.Name) and node.id == "states" for node in ast.walk(tree))
    variables = {
        node.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.For)
        and isinstance(node.target, ast.Name)
        and isinstance(node.iter, (ast.Tuple, ast.Name))
    }
    if variables & _names_on_line(tree, difference.line):
        return True
    return in_list and difference.rule == "state-stale"


def _calls_that_raise(difference: Difference, tree: ast.Module) -> bool:
    """A miss about what a callee did before it raised: such a call is taken to do nothing."""
    in_try = any(isinstance(node, (ast.Try, ast.With)) for node in ast.walk(tree))
    in_recursion = any(
        node.lineno <= difference.cause <= (node.end_lineno or 0)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name == "again"
    )
    return difference.kind == "miss" and in_try and in_recursion


POLICIES: Mapping[str, Policy] = {
    "names that trade places": _names_that_trade_places,
    "accepting a step": _accepting_a_step,
    "generators": _generators,
    "elements of lists": _elements_of_lists,
    "loops over displays": _loops_over_displays,
    "calls that raise": _calls_that_raise,
}


def _conditional_aliases(tree: ast.Module) -> set[str]:
    """Names bound to what another place holds, in a block that need not run."""
    found: set[str] = set()
    for block in ast.walk(tree):
        if not isinstance(block, (ast.If, ast.For, ast.While, ast.Try, ast.With, ast.Match)):
            continue
        for node in ast.walk(block):
            if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Call):
                found.update(
                    target.id
                    for target in ast.walk(node.targets[0])
                    if isinstance(target, ast.Name)
                )
    return found


def _accepted(tree: ast.Module) -> set[str]:
    """Names that a loop rebinds by a plain assignment from another name."""
    return {
        node.targets[0].id
        for loop in ast.walk(tree)
        if isinstance(loop, (ast.For, ast.While))
        for node in ast.walk(loop)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Name)
    }


def _names_on_line(tree: ast.Module, line: int) -> set[str]:
    return {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.lineno == line
    }


def _differences(reports: list[Report], judgement: Judgement) -> list[Difference]:
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
            # What no run reaches the judge knows nothing of.
            is_dead = not report.causes & judgement.reached
            if (report.line, report.rule) not in seen and not is_dead:
                found.add(Difference("false alarm", report.line, report.rule, report.text))
    lines = {report.line for report in reports}
    named = {cause for report in reports for cause in report.causes}
    for run in judgement.runs:
        told: set[Cause] = set()
        for use in run:
            if lines.intersection(use.lines):
                told |= use.causes
            elif not any(cause in told or named.intersection(cause.lines) for cause in use.causes):
                cause = min(use.causes, key=lambda cause: cause.rule)
                detail = f"old since line {cause.lines}"
                found.add(Difference("miss", use.lines[0], cause.rule, detail, cause.lines[0]))
    return sorted(found, key=lambda each: (each.line, each.kind))


def compare(checker: Checker, source: str) -> list[Difference]:
    """Judge and check a program.

    A report that a few runs do not bear out is looked into with many more.
    """
    reports = checker.reports(source)
    judge = Judge(source, "drive")
    found = _differences(reports, judge.look())
    while not judge.seen.complete and judge.seen.executions < ENOUGH_RUNS:
        seen = {line for use in judge.seen.uses for line in use.lines}
        if all(report.line in seen for report in reports):
            break
        found = _differences(reports, judge.look(1000))
    tree = ast.parse(source)
    return [
        difference
        for difference in found
        if not any(covers(difference, tree) for covers in POLICIES.values())
    ]
