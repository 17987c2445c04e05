"""The plugin with a stand-in for the analysis: it reports calls by name and knows no States.

A call of `stale`, `reuse`, `dropped`, `borrow` or `contract` is an error of that rule, with a note
at the last call of `take` before it; a call of `boom` is an internal fault, one of `part` a fault
that the analysis has already contained, one of `vast` makes its function too much for the analysis.
Each analysed module is written to `analysed.txt`.
"""

from __future__ import annotations

import ast
import sys
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mypy_eqxstate.faults import Fault
from mypy_eqxstate.report.finding import Finding, Note, Position

RULES = ("stale", "reuse", "dropped", "borrow", "contract")


@dataclass
class AnalysisResult:
    findings: list[Finding] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)
    declaring: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    standings: tuple[()] = ()


def new_program(sources: Any, configuration: Any, keep_objects: bool) -> None:
    """There are no other modules."""


def analyze_module(
    path: str,
    module_name: str,
    tree: ast.Module,
    source: str,
    oracle: Any,
    configuration: Any,
    program: None,
    *,
    observe: bool = False,
    solutions: Any = None,
) -> AnalysisResult:
    with Path("analysed.txt").open("a", encoding="utf-8") as log:
        log.write(f"{module_name}\n")
    result = AnalysisResult()
    taken: Position | None = None
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    for call in sorted(calls, key=lambda node: node.lineno):
        assert isinstance(call.func, ast.Name)
        name = call.func.id
        end_line, end_column = call.end_lineno or call.lineno, call.end_col_offset or 0
        position = Position(call.lineno, call.col_offset, end_line, end_column)
        if name == "take":
            taken = position
        elif name == "boom":
            raise RuntimeError("boom")
        elif name == "part":
            result.faults.append(Fault("f", "TypeError: part", ""))
        elif name == "vast":
            result.limits.append("f")
        elif name in RULES:
            notes = (Note("taken over here", taken),) if taken is not None else ()
            result.findings.append(Finding(f"state-{name}", f"wrong: {name}", position, notes))
    return result


def plugin(version: str) -> Any:
    import mypy_eqxstate

    module = types.ModuleType("mypy_eqxstate.analysis")
    module.__dict__.update(analyze_module=analyze_module, new_program=new_program)
    sys.modules["mypy_eqxstate.analysis"] = module
    return mypy_eqxstate.plugin(version)
