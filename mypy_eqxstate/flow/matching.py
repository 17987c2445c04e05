"""Patterns that always match what they are tested on: such a `case` has no way past it.

Worked example.  `match (a, b): case (c, d) if train: ...` goes on behind the case only if `train`
does not hold, since a pair always matches a sequence of two.  So what the case does and what the
next one does exclude each other.

Limits.  A pattern counts as one that may fail unless all values that its subject may hold are known
to match: tuples and displays of the right length, instances of the very class that is named, and
displays with the keys.  One that never matches is entered all the same.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mypy_eqxstate.flow.bindings import Binding
from mypy_eqxstate.flow.heap import is_display
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import PLAIN_VALUE, UNKNOWN_VALUE, Object
from mypy_eqxstate.fullnames import canonical
from mypy_eqxstate.ir.model import Item
from mypy_eqxstate.oracle.shapes import AffineShape, InstanceShape, TupleShape

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis


def always_matches(
    analysis: BodyAnalysis, memory: Memory, subject: Binding, pattern: ast.AST
) -> bool:
    """Whether all that a subject may be is of the kind that a pattern is about."""
    return bool(subject.values) and all(
        isinstance(value, Object) and _matches(analysis, memory, value, pattern)
        for value in subject.values
    )


def _matches(analysis: BodyAnalysis, memory: Memory, item: Object, pattern: ast.AST) -> bool:
    if isinstance(pattern, ast.MatchSequence):
        length = analysis.containers.length(memory, item)
        if length is None:
            return False
        if any(isinstance(part, ast.MatchStar) for part in pattern.patterns):
            return length >= len(pattern.patterns) - 1
        return length == len(pattern.patterns)
    if isinstance(pattern, ast.MatchMapping):
        return is_display(item) and all(
            isinstance(key, ast.Constant) and _surely_has(memory, item, Item(key.value))
            for key in pattern.keys
        )
    if isinstance(pattern, ast.MatchClass):
        shape = item.shape
        if not isinstance(shape, InstanceShape | TupleShape | AffineShape):
            return False
        return analysis.module.annotation_name(pattern.cls) == canonical(shape.class_name)
    return False


def _surely_has(memory: Memory, item: Object, key: Item) -> bool:
    field = memory.fields.get(item, {}).get(key)
    # What only some paths have put there is something plain or unknown on the others.
    return field is not None and not field.values.keys() & {PLAIN_VALUE, UNKNOWN_VALUE}
