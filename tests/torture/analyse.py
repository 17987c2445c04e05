"""One text through the whole analysis, every function of it, with the time that it takes."""

from __future__ import annotations

import ast
import sys
import time
import warnings
from dataclasses import dataclass

from mypy.defaults import RECURSION_LIMIT

from mypy_eqxstate.analysis import analyze_module
from mypy_eqxstate.config import Configuration
from tests.torture.oracles import UnboundedOracle


@dataclass(frozen=True)
class Outcome:
    """What came of one text.

    Attributes:
        lines: its length.
        seconds: processor time of the analysis, parsing aside.
        faults: internal faults; there should be none.
        alarms: the findings, one text each.
        limits: functions that were given up by design.
    """

    lines: int
    seconds: float
    faults: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


def parsed(source: str | bytes) -> ast.Module | None:
    """The syntax tree; None if Python itself can't read the text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def analyse(source: str, oracle: type[UnboundedOracle] = UnboundedOracle) -> Outcome | None:
    """Analyse a text as if an affine object could come to every line of it.

    Args:
        source: the text of a module.
        oracle: what is known of its types.

    Returns:
        What came of it; None if Python itself can't read the text.
    """
    # As mypy does.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION_LIMIT))
    tree = parsed(source)
    if tree is None:
        return None
    knowing = oracle(tree)
    begin = time.process_time()
    result = analyze_module("module.py", "module", tree, source, knowing, Configuration())
    seconds = time.process_time() - begin
    return Outcome(
        source.count("\n") + 1,
        seconds,
        tuple(map(str, result.faults)),
        tuple(f"{f.position.line}: {f.message}" for f in result.findings),
        tuple(result.limits),
    )
