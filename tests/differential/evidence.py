"""What a policy may look at to tell whether it covers a difference.

A `Difference` is one between what was reported and what was seen.  `Evidence` has the program, what
the judge has seen of it, and judges of changed programs (`variants.py`); the functions below ask
both what a place has held, what a line has made old, and what the syntax around a line is.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from tests.differential.checker import Report
from tests.differential.judge import Judge, Judgement
from tests.differential.variants import Freeing, Permeating, Prolonging, Skipping
from tests.differential.world import Lines, Use


@dataclass(frozen=True)
class Difference:
    """A report without a use, a use without a report, or a report that says too much or too little.

    Attributes:
        kind: "false alarm", "miss", "too certain" or "too cautious".
        line: where.
        rule: the rule's code.
        detail: the message, or what made the State old.
        report: of anything but a miss, the report.
        use: of a miss, the use.
    """

    kind: str
    line: int
    rule: str
    detail: str
    report: Report | None = None
    use: Use | None = None

    def __str__(self) -> str:
        return f"{self.kind}: line {self.line}: [{self.rule}] {self.detail}"


@dataclass(frozen=True)
class Evidence:
    """What a policy may look at: the program, and what was seen on the lines of the reports.

    Attributes:
        tree: the program.
        seen: what the judge has seen.
        watched: the places that it has looked into, by line.
    """

    tree: ast.Module
    seen: Judgement
    watched: Mapping[int, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def free(self) -> Judge:
        """A judge of the program with other conditions (`Freeing`)."""
        tree = Freeing().visit(copy.deepcopy(self.tree))
        return Judge(ast.fix_missing_locations(tree), "drive")

    @cached_property
    def longer(self) -> Judge:
        """A judge of the program with another number of turns of its loops (`Prolonging`)."""
        tree = Prolonging().visit(copy.deepcopy(self.tree))
        return Judge(ast.fix_missing_locations(tree), "drive", self.watched)

    @cached_property
    def permeable(self) -> Judge:
        """A judge of the program whose handlers may let anything through (`Permeating`)."""
        tree = Permeating().visit(copy.deepcopy(self.tree))
        return Judge(ast.fix_missing_locations(tree), "drive")

    @cached_property
    def shorter(self) -> Judge:
        """A judge of the program in which loops over lists may run no turn (`Skipping`)."""
        tree = Skipping().visit(copy.deepcopy(self.tree))
        return Judge(ast.fix_missing_locations(tree), "drive", self.watched)


ENOUGH_FREE_RUNS = 2000


# --- What was seen --------------------------------------------------------------------------------


def held_at(evidence: Evidence, places: Collection[tuple[int, str]]) -> set[Lines]:
    """The objects that any of some places has held on the line that it is given with."""
    return {origin for line, place, origin in evidence.seen.held if (line, place) in places}


def struck_on(evidence: Evidence, lines: Collection[int]) -> set[Lines]:
    """The objects that some lines have made old, in any run."""
    return {origin for line, origin in evidence.seen.struck if line in lines}


def causes_of(report: Report, evidence: Evidence) -> set[int]:
    """The lines that a report is about: those that it names, and those that it only counts."""
    if not report.is_abridged:
        return {*report.causes}
    held = held_at(evidence, {(report.line, report.place)})
    return {*report.causes, *(line for line, origin in evidence.seen.struck if origin in held)}


def bears_out(judge: Judge, report: Report) -> bool:
    """Whether some run of a changed program has the use that is reported."""
    seen = judge.seen
    while True:
        if any(
            report.line in use.lines and any(cause.rule == report.rule for cause in use.causes)
            for use in seen.uses
        ):
            return True
        if seen.complete or seen.executions >= ENOUGH_FREE_RUNS:
            return False
        judge.look()


# --- Syntax ---------------------------------------------------------------------------------------


def functions_around(tree: ast.Module, line: int) -> Iterator[ast.AST]:
    """The functions that a line lies in."""
    for node in ast.walk(tree):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if node.lineno <= line <= (node.end_lineno or 0):
            yield node


def names_on_line(tree: ast.AST, line: int) -> set[str]:
    """The names that are mentioned on a line."""
    return {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.lineno == line
    }


def turns(tree: ast.Module) -> set[tuple[int, str]]:
    """The lines on which a turn of a loop over a display begins, and the variable of the loop."""
    return {
        (loop.body[0].lineno, loop.target.id)
        for loop in ast.walk(tree)
        if isinstance(loop, ast.For) and isinstance(loop.iter, ast.Tuple)
        if isinstance(loop.target, ast.Name)
    }


def iterated(report: Report, tree: ast.Module) -> list[str]:
    """The names of what a comprehension goes through whose variable is reported."""
    return [
        generator.iter.id
        for node in ast.walk(tree)
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp))
        and node.lineno == report.line
        for generator in node.generators
        if isinstance(generator.iter, ast.Name) and ast.unparse(generator.target) == report.place
    ]


def grown_on(tree: ast.Module, lines: Collection[int]) -> set[tuple[int, str]]:
    """The lists of which something is read by an index on some lines, and that have grown."""
    grown = changed_by("append", tree)
    return {
        (node.lineno, ast.unparse(node.value))
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and node.lineno in lines
        if ast.unparse(node.value) in grown
    }


def changed_by(method: str, tree: ast.Module) -> list[str]:
    """The lists that something is appended to, or popped from."""
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        ast.unparse(function.value)
        for function in called
        if isinstance(function, ast.Attribute) and function.attr == method
    ]


def container_of(place: str) -> str:
    """What an element is taken out of, as written; empty if a place is none."""
    return place.partition("[")[0] if place.endswith("]") else ""


def root_name(node: ast.expr) -> str:
    """The name that a place begins with."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
