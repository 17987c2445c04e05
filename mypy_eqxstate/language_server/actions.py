"""Code actions: the fixes of the findings at a place, as edits of the editor's documents.

Only what was found in the very text that the editor has now gets fixes.  `source.fixAll` binds the
results that are thrown away, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from lsprotocol import types
from pygls.workspace import PositionCodec

from mypy_eqxstate.fixes import Edit, Fix, FixKind, Source, fix_all, fixes
from mypy_eqxstate.language_server.diagnostics import Checked, Presenter
from mypy_eqxstate.language_server.documents import Sheet

KINDS: Final = (types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll)


class Actions:
    """Makes code actions.

    Args:
        presenter: knows the diagnostics that belong to findings.
        codec: how the editor counts columns.
        versioned: whether the editor wants to know which version of a text an edit is for.
    """

    def __init__(self, presenter: Presenter, codec: PositionCodec, versioned: bool) -> None:
        self._presenter = presenter
        self._codec = codec
        self._versioned = versioned

    def actions(
        self,
        checked: Checked,
        uri: str,
        asked: types.Range,
        kinds: Iterable[str] | None,
        diagnostics: Iterable[types.Diagnostic],
    ) -> list[types.CodeAction]:
        """The actions for a range.

        Args:
            checked: what is known of the sheet.
            uri: the document, possibly a cell.
            asked: the range.
            kinds: which ones are wanted; all if None.
            diagnostics: those that the editor shows there.
        """
        if checked.blocker is not None:
            return []
        try:
            source = Source.parse(checked.sheet.text)
        except (SyntaxError, ValueError):
            return []
        wanted = None if kinds is None else list(kinds)
        found: list[types.CodeAction] = []
        if _is_wanted(types.CodeActionKind.QuickFix, wanted):
            found += self._quick_fixes(checked, source, uri, asked, list(diagnostics))
        # Only if it is asked for by name: it concerns the whole file.
        if wanted is not None and _is_wanted(types.CodeActionKind.SourceFixAll, wanted):
            edit = self._edit(checked.sheet, fix_all(checked.findings, source))
            if edit is not None:
                found.append(
                    types.CodeAction(
                        "Bind all new States that are thrown away",
                        kind=types.CodeActionKind.SourceFixAll,
                        edit=edit,
                    )
                )
        return found

    def _quick_fixes(
        self,
        checked: Checked,
        source: Source,
        uri: str,
        asked: types.Range,
        diagnostics: list[types.Diagnostic],
    ) -> Iterator[types.CodeAction]:
        for where, range_, finding in self._presenter.findings_shown(checked):
            if where != uri or not _touch(range_, asked):
                continue
            solved = [d for d in diagnostics if d.range == range_ and d.code == finding.rule]
            for number, fix in enumerate(fixes(finding, source)):
                edit = self._edit(checked.sheet, fix.edits)
                if edit is not None:
                    yield types.CodeAction(
                        checked.sheet.in_cells(fix.title),
                        kind=types.CodeActionKind.QuickFix,
                        diagnostics=solved or None,
                        is_preferred=_is_preferred(number, fix) or None,
                        edit=edit,
                    )

    def _edit(self, sheet: Sheet, edits: Iterable[Edit]) -> types.WorkspaceEdit | None:
        """Edits of a sheet as those of its parts; None if there are none or one has no place."""
        by_part: dict[str, list[types.TextEdit]] = {}
        for edit in edits:
            place = sheet.place(edit.position, self._codec)
            if place is None:
                return None
            by_part.setdefault(place.uri, []).append(types.TextEdit(place.range, edit.text))
        if not by_part:
            return None
        if not self._versioned:
            return types.WorkspaceEdit(changes=dict(by_part))
        versions = {part.uri: part.version for part in sheet.parts}
        return types.WorkspaceEdit(
            document_changes=[
                types.TextDocumentEdit(
                    types.OptionalVersionedTextDocumentIdentifier(uri, versions[uri]), list(made)
                )
                for uri, made in by_part.items()
            ]
        )


def _is_wanted(kind: str, wanted: list[str] | None) -> bool:
    """Whether a kind is one of those wanted, or a kind below them."""
    return wanted is None or any(
        kind == each or kind.startswith(f"{each}.") or not each for each in wanted
    )


def _is_preferred(number: int, fix: Fix) -> bool:
    """Whether an editor may take a fix unasked: the best one, unless it only silences."""
    return number == 0 and fix.kind is not FixKind.IGNORE


def _touch(one: types.Range, other: types.Range) -> bool:
    first, last = _key(one.start), _key(one.end)
    return first <= _key(other.end) and _key(other.start) <= last


def _key(position: types.Position) -> tuple[int, int]:
    return position.line, position.character
