"""Edits as data, and their application to a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from mypy_eqxstate.report.finding import Position

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|$)")


class FixKind(str, Enum):
    """What a fix does."""

    REBIND = "rebind"
    NEWEST = "newest"
    CLONE = "clone"
    ANNOTATE = "annotate"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Edit:
    """A range and what it is replaced by; an empty range is an insertion."""

    position: Position
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that belong together.

    Attributes:
        kind: what it does.
        title: what it does, in a few words.
        edits: in any order; they do not overlap.
    """

    kind: FixKind
    title: str
    edits: tuple[Edit, ...]


def apply(text: str, edits: Iterable[Edit]) -> str:
    """A text with edits made.

    Args:
        text: the text that the positions of the edits belong to.
        edits: in any order; equal ones are made once.

    Raises:
        ValueError: they overlap.
    """
    starts = [0]
    for line in _LINE.finditer(text):
        starts.append(line.end())

    def offset(line: int, column: int) -> int:
        return starts[min(line - 1, len(starts) - 1)] + column

    spans = sorted(
        {
            (offset(p.line, p.column), offset(p.end_line, p.end_column), edit.text)
            for edit in edits
            for p in (edit.position,)
        }
    )
    result, end = [], 0
    for start, stop, new in spans:
        if start < end:
            raise ValueError("edits overlap")
        result += [text[end:start], new]
        end = stop
    return "".join([*result, text[end:]])
