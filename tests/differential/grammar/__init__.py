"""Random programs over what the analysis claims to understand, as a Hypothesis strategy.

A program is a module: a fixed prelude of helpers (`prelude.py`), some drawn helpers and a drawn
class that may call each other, one function `case`, and its driver `drive`, which makes its
arguments (`functions.py`).  All choices are drawn, so that Hypothesis shrinks a program by drawing
less and simpler ones: the first of several options is always the simplest.

The writer of a function (`writer.py`) keeps, per name, what kind of value it holds on all paths
(`kinds.py`), so that every program runs without a `NameError` and is well typed; what paths do
differently is asked at run time (`ready()`, `items()`, `risky()`, or a flag that is a parameter).
Expressions, simple statements and compound ones are in a module each.

Every statement stands on a line of its own: findings and uses are compared by line.
"""

from tests.differential.grammar.functions import LONG, SHORT, programs
from tests.differential.grammar.prelude import PRELUDE

__all__ = ["LONG", "PRELUDE", "SHORT", "programs"]
