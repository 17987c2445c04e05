"""Findings as an editor shows them: with their rule's page, and what explains them beside it.

Every finding is an error, as it is for mypy.  What is not checked is information: a file with a
syntax error keeps the findings of its last text without one.  They are shown where their lines are
now, and say that they are old.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from lsprotocol import types
from pygls.workspace import PositionCodec

from mypy_eqxstate.checking import Blocker
from mypy_eqxstate.language_server.documents import Moved, Sheet, lines_of
from mypy_eqxstate.report.finding import Finding, Note, Position, Standing

SOURCE: Final = "mypy-eqxstate"

_OLD: Final = "(of the text before the syntax error)"


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a sheet.

    Attributes:
        sheet: the text that was checked, or would have been.
        findings: what was found in `good`.
        limits: what is not checked.
        good: the text that `findings` belong to: that of `sheet` if it has no syntax error, else
            the last one without.
        blocker: the syntax error.
        standings: how affine objects stand where they are named; empty if there is a blocker.
    """

    sheet: Sheet
    findings: tuple[Finding, ...]
    limits: tuple[str, ...]
    good: str
    blocker: Blocker | None = None
    standings: tuple[Standing, ...] = ()


class Presenter:
    """Makes diagnostics.

    Args:
        codec: how the editor counts columns.
        page: the address of a rule's page.
        sheet_of: the sheet of a file, as the editor or the disk has it; None if there is none.
        root: the folder that relative paths begin in.
    """

    def __init__(
        self,
        codec: PositionCodec,
        page: Callable[[str], str],
        sheet_of: Callable[[str], Sheet | None],
        root: str,
    ) -> None:
        self._codec = codec
        self._page = page
        self._sheet_of = sheet_of
        self._root = root

    def diagnostics(self, checked: Checked) -> dict[str, list[types.Diagnostic]]:
        """What is to be shown about a sheet, by part; no part of it is left out."""
        shown: dict[str, list[types.Diagnostic]] = {part.uri: [] for part in checked.sheet.parts}
        for uri, diagnostic in self._all(checked):
            shown[uri].append(diagnostic)
        return shown

    def findings_shown(self, checked: Checked) -> Iterator[tuple[str, types.Range, Finding]]:
        """The findings that hold for the text of the sheet, each with its place."""
        if checked.blocker is None:
            for finding in checked.findings:
                place = checked.sheet.place(finding.position, self._codec)
                if place is not None:
                    yield place.uri, place.range, finding

    def _all(self, checked: Checked) -> Iterator[tuple[str, types.Diagnostic]]:
        sheet = checked.sheet
        moved = None
        if checked.blocker is not None:
            moved = Moved(lines_of(checked.good), lines_of(sheet.text))
            position = checked.blocker.position or Position(1, 0, 1, 0)
            text = f"not checked for old States: {checked.blocker.message}"
            if checked.findings:
                text += "; the errors shown are those of the text before"
            yield from self._information(sheet, position, text)
        for limit in checked.limits:
            text = f"not checked for old States: {limit}"
            yield from self._information(sheet, Position(1, 0, 1, 0), text)
        for finding in checked.findings:
            now = moved.position(finding.position) if moved else finding.position
            place = None if now is None else sheet.place(now, self._codec)
            if place is None:
                continue
            message = sheet.in_cells(finding.message)
            related = [
                information
                for note in finding.notes
                if (information := self._related(note, sheet, moved)) is not None
            ]
            yield (
                place.uri,
                types.Diagnostic(
                    range=place.range,
                    message=f"{message} {_OLD}" if moved else message,
                    severity=types.DiagnosticSeverity.Error,
                    code=finding.rule,
                    code_description=types.CodeDescription(self._page(finding.rule)),
                    source=SOURCE,
                    related_information=related or None,
                    data={"old": True} if moved else None,
                ),
            )

    def _information(
        self, sheet: Sheet, position: Position, text: str
    ) -> Iterator[tuple[str, types.Diagnostic]]:
        place = sheet.place(position, self._codec)
        if place is not None:
            severity = types.DiagnosticSeverity.Information
            yield (
                place.uri,
                types.Diagnostic(range=place.range, message=text, severity=severity, source=SOURCE),
            )

    def _related(
        self, note: Note, sheet: Sheet, moved: Moved | None
    ) -> types.DiagnosticRelatedInformation | None:
        position = note.position
        if position is None:
            return None
        if note.path is not None:
            path = os.path.abspath(os.path.join(self._root, note.path))  # noqa: PTH100, PTH118
            other = sheet if path == sheet.path else self._sheet_of(path)
            if other is None:
                return None
            sheet, moved = other, moved if other is sheet else None
        if moved is not None:
            position = moved.position(position)
        place = None if position is None else sheet.place(position, self._codec)
        return None if place is None else types.DiagnosticRelatedInformation(place, note.message)
