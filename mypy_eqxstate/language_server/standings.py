"""Hovers and inlay hints: how affine objects stand, shown in the editor's documents.

A hover is about the innermost name, attribute or item at the position: on `self` in `self.state` it
is about what `self` holds, on `state` about that field.  A hint stands behind an argument that the
call takes over.  Both are about the text that the editor has now.
"""

from __future__ import annotations

from lsprotocol import types
from pygls.workspace import PositionCodec

from mypy_eqxstate.language_server.diagnostics import Checked
from mypy_eqxstate.report.finding import Position, Standing


def hover(
    checked: Checked, uri: str, position: types.Position, codec: PositionCodec, markdown: bool
) -> types.Hover | None:
    """What is to be said of what stands at a position; None if it is nothing affine.

    Args:
        checked: what is known of the sheet.
        uri: the document, possibly a cell.
        position: in the document.
        codec: how the editor counts columns.
        markdown: whether the editor shows Markdown.
    """
    place = checked.sheet.line_and_column(uri, position, codec)
    around = [] if place is None else [s for s in checked.standings if _covers(s.position, place)]
    if not around:
        return None
    innermost = min(around, key=_size)
    location = checked.sheet.place(innermost.position, codec)
    text = checked.sheet.in_cells(innermost.text)
    kind = types.MarkupKind.Markdown
    if not markdown:
        text, kind = text.replace("**", "").replace("`", ""), types.MarkupKind.PlainText
    return types.Hover(types.MarkupContent(kind, text), location.range if location else None)


def moved_hints(
    checked: Checked, uri: str, asked: types.Range, codec: PositionCodec
) -> list[types.InlayHint]:
    """Hints behind what calls take over.

    Args:
        checked: what is known of the sheet.
        uri: the document, possibly a cell.
        asked: the part of the document that is wanted.
        codec: how the editor counts columns.
    """
    found = []
    for standing in checked.standings:
        place = checked.sheet.place(standing.position, codec) if standing.moved else None
        if place is None or place.uri != uri:
            continue
        end = place.range.end
        if asked.start.line <= end.line <= asked.end.line:
            tooltip = types.MarkupContent(types.MarkupKind.Markdown, standing.why)
            hint = types.InlayHint(end, standing.moved, tooltip=tooltip, padding_left=True)
            found.append(hint)
    return found


def _covers(position: Position, place: tuple[int, int]) -> bool:
    """Whether a place is in a range; its end counts, as the cursor may stand there."""
    start = (position.line, position.column)
    return start <= place <= (position.end_line, position.end_column)


def _size(standing: Standing) -> tuple[int, int]:
    p = standing.position
    return p.end_line - p.line, p.end_column - p.column
