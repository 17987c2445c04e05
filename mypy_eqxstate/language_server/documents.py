"""An editor's texts and their positions: what is checked as one file, and where that is shown.

A `Sheet` is a text that is checked as one file. It consists of the parts that the editor knows: one
for a file, one a cell for a notebook (`notebooks.py`).  A position in the sheet (lines from 1,
columns in characters) belongs to one part, and the editor counts its columns in units of the
encoding that was agreed on: for `"ß 😀", state` UTF-16 says 8 where Python says 7.

Worked example.  A notebook of two cells with two lines each is a sheet of four lines; line 3 of the
sheet is line 0 of the second cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from lsprotocol import types
from pygls.workspace import PositionCodec

from mypy_eqxstate.report.finding import Position

_LINE = re.compile(r"\bline (\d+)\b")
_LINE_END = re.compile(r"\r\n|\n|\r")


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a text as Python and editors count them (`str.splitlines` splits more)."""
    return tuple(_LINE_END.split(text))


@dataclass(frozen=True, slots=True)
class Part:
    """A text of the editor's in a sheet.

    Attributes:
        uri: the editor's name for it.
        version: the editor's number of this text; None if it counts none.
        first_line: how many lines of the sheet stand before it.
        lines: its lines, as the editor has them.
    """

    uri: str
    version: int | None
    first_line: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A text that is checked as one file.

    Attributes:
        uri: the document or notebook.
        path: the file that it is checked as.
        text: what is checked.
        parts: what the editor has, in order.
    """

    uri: str
    path: str
    text: str
    parts: tuple[Part, ...]

    @property
    def versions(self) -> tuple[tuple[str, int | None], ...]:
        """Tells this text from earlier and later ones."""
        return tuple((part.uri, part.version) for part in self.parts)

    def part_at(self, line: int) -> Part | None:
        """The part that a line, counted from 1, belongs to."""
        for part in reversed(self.parts):
            if line > part.first_line:
                return part if line <= part.first_line + len(part.lines) else None
        return None

    def place(self, position: Position, codec: PositionCodec) -> types.Location | None:
        """Where the editor sees a range of this sheet; None if it does not have its line."""
        part = self.part_at(position.line)
        if part is None:
            return None
        return types.Location(part.uri, _range(part, position, codec))

    def in_cells(self, text: str) -> str:
        """A sentence about lines of this sheet, as who sees its parts counts them."""
        if len(self.parts) < 2:
            return text

        def named(found: re.Match[str]) -> str:
            part = self.part_at(int(found[1]))
            if part is None:
                return found[0]
            line = int(found[1]) - part.first_line
            return f"line {line} of code cell {self.parts.index(part) + 1}"

        return _LINE.sub(named, text)

    def line_and_column(
        self, uri: str, position: types.Position, codec: PositionCodec
    ) -> tuple[int, int] | None:
        """The line (from 1) and column (in characters) of a position that an editor names."""
        for part in self.parts:
            if part.uri == uri and position.line < len(part.lines):
                # pygls changes what it is given where that is beyond the line's end.
                asked = types.Position(position.line, position.character)
                found = codec.position_from_client_units(part.lines, asked)
                return part.first_line + position.line + 1, found.character
        return None


def sheet_of_document(uri: str, path: str, version: int | None, text: str) -> Sheet:
    """The sheet of a file."""
    return Sheet(uri, path, text, (Part(uri, version, 0, lines_of(text)),))


def _range(part: Part, position: Position, codec: PositionCodec) -> types.Range:
    first, last = position.line - part.first_line - 1, position.end_line - part.first_line - 1
    end = types.Position(last, position.end_column)
    if last >= len(part.lines):
        end = types.Position(len(part.lines) - 1, len(part.lines[-1]))
    return codec.range_to_client_units(
        part.lines, types.Range(types.Position(first, position.column), end)
    )


class Moved:
    """Where lines of an older text are in a newer one.

    Args:
        old: the lines of the older text.
        new: the lines of the newer one.
    """

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self._lines: dict[int, int] = {}
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        for start, moved, length in matcher.get_matching_blocks():
            for number in range(length):
                self._lines[start + number + 1] = moved + number + 1

    def position(self, position: Position) -> Position | None:
        """The same range in the newer text; None if its lines are not there any more."""
        line, end = self._lines.get(position.line), self._lines.get(position.end_line)
        if line is None or end is None or end - line != position.end_line - position.line:
            return None
        return Position(line, position.column, end, position.end_column)
