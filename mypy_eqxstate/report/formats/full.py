"""`full`: each finding as a frame around the code, with what happened written beside it.

    error[state-stale]: "state" is out of date: "layer" took it over on line 7 ...
      --> train.py:8:18
       |
     5 | def step(layer: Norm, x: Array, state: State) -> Array:
       |                                 ------------ "state" comes from here
     6 |     ...
     7 |     y, new = layer(x, state)
       |              --------------- "state" was handed over here
     8 |     return read(state)
       |                 ^^^^^ the old one is used here
       |
       = help: write "y, state = layer(...)" there, or use "new", the newer State, here

A frame is drawn in three steps: which places are marked in which file (`_marks`), which lines are
shown (`_shown_lines`), and what stands below a line (`_below`).

Columns are those of the terminal: tabs are expanded, and a wide character takes two.

Limit: of a place that spans several lines, the first line is marked.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from mypy_eqxstate.report.finding import Finding, NoteKind, Position
from mypy_eqxstate.report.formats.model import Report, counted

_AT_THE_USE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "state-reuse": "used here",
        "state-stale": "the old one is used here",
        "state-dropped": "thrown away here",
        "state-borrow": "given away here",
        "state-contract": "",
    }
)
_ANSI: Final[Mapping[str, str]] = MappingProxyType(
    {"error": "\033[1;31m", "bold": "\033[1m", "frame": "\033[1;34m", "help": "\033[1;36m"}
)
_END: Final = "\033[0m"
_TAB: Final = 4
_NOT_MADE: Final = "The check could not be made"


def full(report: Report) -> str:
    """A frame for each finding, and a line that counts them."""
    painter = _Painter(report)
    frames = [painter.frame(path, found) for path, found in report.findings]
    return "".join(f"{frame}\n" for frame in frames) + f"{_summary(report)}\n"


def _summary(report: Report) -> str:
    checked = f"(checked {counted(len(report.sources), 'source file')})"
    if not report.findings:
        return (
            "The check could not be made" if report.failures else f"No old States found {checked}"
        )
    number, files = len(report.findings), len(report.files)
    if report.failures and not report.findings:
        return "The check could not be made"
    if report.failures:
        checked = "(not all could be checked)"
    return f"Found {counted(number, 'error')} in {counted(files, 'file')} {checked}"


@dataclass(frozen=True, slots=True)
class _Mark:
    """A marked place in a line: from `start` to `end`, in columns of the terminal."""

    line: int
    start: int
    end: int
    text: str
    is_main: bool


class _Painter:
    """Draws frames; knows the texts of the files and whether there are colours."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def frame(self, path: str, found: Finding) -> str:
        """The frame of a finding, with a line break at its end."""
        what, _, advice = found.message.partition("; ")
        marks = self._marks(path, found)
        numbers = [mark.line for in_file in marks.values() for mark in in_file]
        width = len(str(max(numbers, default=0)))
        rows = [f"{self._in('error', f'error[{found.rule}]')}{self._in('bold', f': {what}')}"]
        for file, in_file in marks.items():
            place = found.position
            if file == path:
                where = f"{file}:{place.line}:{place.column + 1}"
                arrow = "-->"
            else:
                where = f"{file}:{in_file[0].line}"
                arrow = ":::"
            rows.append(f"{' ' * width}{self._in('frame', arrow)} {where}")
            rows.append(self._gutter("", width))
            rows += self._code(file, in_file, width)
        rows.append(self._gutter("", width))
        if advice:
            equals = self._in("frame", f"{' ' * width} =")
            rows.append(f"{equals} {self._in('help', 'help')}: {advice}")
        return "".join(f"{row.rstrip()}\n" for row in rows)

    # --- what is marked

    def _marks(self, path: str, found: Finding) -> dict[str, list[_Mark]]:
        marks = {path: [self._mark(path, found.position, _AT_THE_USE.get(found.rule, ""), True)]}
        for note in found.notes:
            file = note.path or path
            text = note.message
            if note.kind is NoteKind.LOOP:
                text = "old from the second turn of this loop on"
            mark = self._mark(file, note.position or found.position, text, False)
            if mark not in marks.setdefault(file, []):
                marks[file].append(mark)
        return marks

    def _mark(self, path: str, position: Position, text: str, is_main: bool) -> _Mark:
        line = self._line(path, position.line)
        start, end = position.column, position.end_column
        if position.end_line > position.line:
            end = len(line.rstrip())
        if (position.end_line, position.end_column) <= (position.line, position.column):
            # Only the line is known.
            start, end = len(line) - len(line.lstrip()), len(line.rstrip())
        first = _width(line[:start])
        return _Mark(position.line, first, max(_width(line[:end]), first + 1), text, is_main)

    def _line(self, path: str, number: int) -> str:
        lines = self._report.lines_of(path)
        return lines[number - 1] if 0 < number <= len(lines) else ""

    # --- what is drawn

    def _code(self, path: str, marks: Sequence[_Mark], width: int) -> Iterator[str]:
        for number in _shown_lines([mark.line for mark in marks]):
            if number is None:
                yield self._in("frame", "...")
                continue
            text = _expanded(self._line(path, number))
            yield f"{self._gutter(str(number), width)} {text}"
            for row in self._below([mark for mark in marks if mark.line == number]):
                yield f"{self._gutter('', width)} {row}"

    def _below(self, marks: Sequence[_Mark]) -> Iterator[str]:
        """The rows below a line: the places underlined, and their texts, the rightmost first."""
        if not marks:
            return
        ordered = sorted(marks, key=lambda mark: (mark.start, -mark.end))
        cells: list[tuple[str, bool]] = [(" ", False)] * max(mark.end for mark in marks)
        for mark in sorted(marks, key=lambda mark: mark.is_main):
            sign = "^" if mark.is_main else "-"
            cells[mark.start : mark.end] = [(sign, mark.is_main)] * (mark.end - mark.start)
        last = ordered.pop()
        yield f"{self._painted(cells)} {self._text(last)}"
        if ordered:
            yield self._bars(ordered)
        while ordered:
            mark = ordered.pop()
            left = [other for other in ordered if other.start < mark.start]
            bars = self._bars(left, mark.start)
            yield f"{bars}{self._text(mark)}"

    def _painted(self, cells: Sequence[tuple[str, bool]]) -> str:
        row = ""
        for number, (sign, is_main) in enumerate(cells):
            style = "error" if is_main else "frame"
            before = cells[number - 1] if number else None
            after = cells[number + 1] if number + 1 < len(cells) else None
            begin = before != (sign, is_main)
            end = after != (sign, is_main)
            if sign == " " or not self._report.colours:
                row += sign
            else:
                row += (_ANSI[style] if begin else "") + sign + (_END if end else "")
        return row

    def _bars(self, marks: Sequence[_Mark], width: int = 0) -> str:
        """A `|` below the start of each mark, padded to a width."""
        row, column = "", 0
        for mark in marks:
            if mark.start < column:
                continue
            row += " " * (mark.start - column)
            row += self._in("error" if mark.is_main else "frame", "|")
            column = mark.start + 1
        return row + " " * (width - column)

    def _text(self, mark: _Mark) -> str:
        return self._in("error" if mark.is_main else "frame", mark.text)

    def _gutter(self, number: str, width: int) -> str:
        return self._in("frame", f"{number:>{width}} |")

    def _in(self, style: str, text: str) -> str:
        return f"{_ANSI[style]}{text}{_END}" if self._report.colours and text else text


def _shown_lines(marked: Sequence[int]) -> Iterator[int | None]:
    """The lines to show: those that are marked, and a single one between two; None for a gap."""
    before: int | None = None
    for number in sorted(set(marked)):
        if before is not None and number - before == 2:
            yield number - 1
        elif before is not None and number - before > 2:
            yield None
        yield number
        before = number


def _expanded(line: str) -> str:
    """A line as a terminal shows it: tabs expanded, what would move its cursor left out."""
    expanded = ""
    for character in line:
        if character == "\t":
            expanded += " " * (_TAB - _width(expanded) % _TAB)
        else:
            expanded += character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"
    return expanded


def _width(text: str) -> int:
    """How many columns of a terminal a text takes from the beginning of its line."""
    width = 0
    for character in text:
        if character == "\t":
            width += _TAB - width % _TAB
        elif unicodedata.combining(character):
            continue
        else:
            width += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return width
