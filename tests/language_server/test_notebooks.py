"""Notebooks: the cells in order are one program, and findings are shown in their cells."""

from __future__ import annotations

import pytest
from lsprotocol import types

from mypy_eqxstate.language_server.notebooks import python_lines
from tests.language_server.conftest import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_state_is_followed_from_cell_to_cell(editor: Editor, name: str) -> None:
    texts = [
        "%matplotlib inline\nfrom tickets import Ticket",
        "ticket = Ticket()\nticket.redeem()",
        "# again\nticket.look()",
    ]
    notebook = editor.uri(name.replace(".py", ".ipynb"))
    cells = [f"{notebook}#{number}" for number in range(3)]
    for cell in cells:
        editor.versions[cell] = 1
    editor.client.notebook_document_did_open(
        types.DidOpenNotebookDocumentParams(
            types.NotebookDocument(
                notebook,
                "jupyter-notebook",
                1,
                [types.NotebookCell(types.NotebookCellKind.Code, cell) for cell in cells],
            ),
            [
                types.TextDocumentItem(cell, "python", 1, text)
                for cell, text in zip(cells, texts, strict=True)
            ],
        )
    )
    (found,) = await editor.shown(cells[2])
    assert (found.code, str(found.range)) == ("state-reuse", "1:0-1:6")
    assert await editor.shown(cells[0]) == await editor.shown(cells[1]) == []
    consumed = (found.related_information or ())[0].location
    assert (consumed.uri, consumed.range.start.line) == (cells[1], 1)

    editor.client.notebook_document_did_change(
        types.DidChangeNotebookDocumentParams(
            types.VersionedNotebookDocumentIdentifier(2, notebook),
            types.NotebookDocumentChangeEvent(
                cells=types.NotebookDocumentCellChanges(
                    text_content=[
                        types.NotebookDocumentCellContentChanges(
                            types.VersionedTextDocumentIdentifier(2, cells[1]),
                            [types.TextDocumentContentChangeWholeDocument("ticket = Ticket()")],
                        )
                    ]
                )
            ),
        )
    )
    editor.versions[cells[1]] = 2
    await editor.shown(cells[1])
    assert await editor.shown(cells[2]) == []


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%load x\na = 1", ["pass", "a = 1"]),
        ("!pip list", ["pass"]),
        ("%%bash\nls", ["", ""]),
        ("%%time\n%load x\na = 1", ["", "pass", "a = 1"]),
        ("files = !ls", ["files = ..."]),
        ("x = (7\n% 2)", ["x = (7", "% 2)"]),
        ("x?", ["pass"]),
    ],
)
async def test_what_ipython_understands_becomes_python(cell: str, expected: list[str]) -> None:
    assert python_lines(tuple(cell.split("\n"))) == expected
