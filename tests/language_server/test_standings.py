"""Hovers and inlay hints: what is said of a name, and where.

What is said in which case is tested in `tests/checking/test_standings.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient

from tests.language_server.conftest import (
    SERVER,
    Editor,
    begin,
    capabilities,
    keep_published,
    open_notebook,
    when_asked,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

USE = """\
from tickets import Ticket, finish


def use(ticket: Ticket) -> int:
    finish(ticket)
    return ticket.look()
"""
OWNED = "**`ticket`**: Ticket, owned; the parameter of line 4\n\n`finish` consumes it here."
CONSUMED = "**`ticket`**: Ticket, consumed by `finish` on line 5"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def hinting_editor(folder: Path) -> AsyncIterator[Editor]:
    """An editor whose user wants inlay hints, and that shows plain text only."""
    client = await ClientServerConfig(SERVER).start()
    assert isinstance(client, LanguageClient)
    wanted = capabilities()
    assert wanted.text_document is not None and wanted.workspace is not None
    wanted.text_document.hover = None
    wanted.workspace.inlay_hint = types.InlayHintWorkspaceClientCapabilities(refresh_support=True)
    editor = await begin(client, folder, wanted, movedHints=True)
    keep_published(editor)
    yield editor
    await client.shutdown_session()


async def hovered(editor: Editor, uri: str, line: int, character: int) -> tuple[str, str] | None:
    """What is said at a position, and of which range."""
    found = await editor.client.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, character))
    )
    if found is None:
        return None
    assert isinstance(found.contents, types.MarkupContent)
    return found.contents.value, str(found.range)


async def hints(editor: Editor, uri: str, *lines: int) -> list[tuple[str, str, str]]:
    """The hints on lines: where, what, and why."""
    first, last = lines or (0, 1000)
    found = await editor.client.text_document_inlay_hint_async(
        types.InlayHintParams(
            types.TextDocumentIdentifier(uri),
            types.Range(types.Position(first, 0), types.Position(last, 0)),
        )
    )
    shown = []
    for each in found or ():
        assert isinstance(each.tooltip, types.MarkupContent)
        shown.append((str(each.position), str(each.label), each.tooltip.value))
    return shown


async def test_a_hover_tells_how_a_state_stands(editor: Editor, name: str) -> None:
    (editor.root / name).write_text(USE)
    uri = editor.open(name, USE)
    # It is answered when the check is done, without an error.
    assert await hovered(editor, uri, 4, 13) == (OWNED, "4:11-4:17")
    assert await hovered(editor, uri, 5, 11) == (CONSUMED, "5:11-5:17")
    assert await hovered(editor, uri, 4, 5) is None, "a function is no ticket"
    assert await hovered(editor, uri, 90, 0) is None, "there is no such line"


async def test_a_hover_is_about_the_text_as_it_is_now(editor: Editor, name: str) -> None:
    uri = editor.open(name, USE)
    await editor.shown(uri)
    editor.type(uri, "\n" + USE.replace("    finish(ticket)\n", ""))
    told = await hovered(editor, uri, 5, 11)
    assert told == ("**`ticket`**: Ticket, owned; the parameter of line 5", "5:11-5:17")
    editor.type(uri, USE + "x = (\n")
    assert await hovered(editor, uri, 5, 11) is None, "of a text with a syntax error"


async def test_columns_are_those_of_the_encoding(
    editor: Editor, pulling_editor: Editor, name: str
) -> None:
    text = USE.replace("return ticket", 'return "ß😀" == "" or ticket')
    before = '    return "ß😀" == "" or '
    for asked, encoding in ((editor, "utf-16-le"), (pulling_editor, "utf-8")):
        start = len(before.encode(encoding)) // (2 if encoding == "utf-16-le" else 1)
        uri = asked.open(name, text)
        told = await hovered(asked, uri, 5, start)
        assert told == (CONSUMED, f"5:{start}-5:{start + 6}")
        assert await hovered(asked, uri, 5, start - 1) is None


async def test_hints_are_off_unless_asked_for(
    editor: Editor, hinting_editor: Editor, name: str
) -> None:
    text = USE.replace("finish(ticket)", '"ß😀", finish(ticket)')
    uri = hinting_editor.open(name, text)
    end = len('    "ß😀", finish(ticket'.encode("utf-16-le")) // 2
    moved = [(f"4:{end}", "moved", "`finish` consumes it here.")]
    assert await hints(hinting_editor, uri) == moved
    assert await hints(hinting_editor, uri, 4, 5) == moved
    assert await hints(hinting_editor, uri, 5, 9) == []
    assert await hints(editor, editor.open(name, text)) == []


async def test_hints_are_asked_for_again_when_another_file_has_changed_them(
    hinting_editor: Editor, name: str
) -> None:
    asked = when_asked(hinting_editor, types.WORKSPACE_INLAY_HINT_REFRESH)
    uri = hinting_editor.open(name, USE)
    assert len(await hints(hinting_editor, uri)) == 1
    text = (hinting_editor.root / "tickets.py").read_text()
    tickets = hinting_editor.open("tickets.py", text)
    await hinting_editor.shown(tickets)
    assert not asked.is_set()
    hinting_editor.type(tickets, text.replace("    ticket.redeem()\n", "    pass\n"))
    await asyncio.wait_for(asked.wait(), 60)
    assert await hints(hinting_editor, uri) == []
    hinting_editor.close(tickets)


async def test_an_editor_without_markdown_gets_plain_text(
    hinting_editor: Editor, name: str
) -> None:
    uri = hinting_editor.open(name, USE)
    told = await hovered(hinting_editor, uri, 5, 11)
    assert told == ("ticket: Ticket, consumed by finish on line 5", "5:11-5:17")


async def test_cells_of_a_notebook(editor: Editor, hinting_editor: Editor, name: str) -> None:
    texts = [
        "%matplotlib inline\nfrom tickets import Ticket",
        "ticket = Ticket()\nticket.redeem()",
        '"ß😀", ticket.look()',
    ]
    for asked in (editor, hinting_editor):
        cells = open_notebook(asked, name, texts)
        await asked.shown(cells[2])
    character = len('"ß😀", '.encode("utf-16-le")) // 2
    told = await hovered(editor, cells[2], 0, character)
    assert told == (
        "**`ticket`**: Ticket, consumed by `ticket.redeem` on line 2 of code cell 2",
        f"0:{character}-0:{character + 6}",
    )
    assert await hovered(editor, cells[0], 0, 3) is None
    shown = [("1:6", "moved", "`ticket.redeem` consumes it here.")]
    assert await hints(hinting_editor, cells[1]) == shown
    assert await hints(hinting_editor, cells[2]) == []
