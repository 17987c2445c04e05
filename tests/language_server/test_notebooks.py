"""Notebooks: the cells in order are one program, and findings are shown in their cells."""

from __future__ import annotations

import pytest
from lsprotocol import types

from mypy_eqxstate.language_server.notebooks import python_lines
from tests.language_server.conftest import Editor, open_notebook, type_in_cell

HEAD = """\
from __future__ import annotations
from mypy_eqxstate import Borrowed, Consumed, affine

@affine
class Key:
    def turn(self: Consumed[Key]) -> Key: ...
    def look(self: Borrowed[Key]) -> int: ...
"""

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_state_is_followed_from_cell_to_cell(editor: Editor, name: str) -> None:
    texts = [
        "%matplotlib inline\nfrom tickets import Ticket",
        "ticket = Ticket()\nticket.redeem()",
        "# again\nticket.look()",
    ]
    cells = open_notebook(editor, name, texts)
    (found,) = await editor.shown(cells[2])
    assert (found.code, str(found.range)) == ("state-reuse", "1:0-1:6")
    assert await editor.shown(cells[0]) == await editor.shown(cells[1]) == []
    assert found.message.startswith(
        '"ticket" was consumed by "ticket.redeem" on line 2 of code cell 2 and is used again'
    )
    consumed = (found.related_information or ())[0].location
    assert (consumed.uri, consumed.range.start.line) == (cells[1], 1)

    type_in_cell(editor, cells[1], "ticket = Ticket()")
    await editor.shown(cells[1])
    assert await editor.shown(cells[2]) == []


async def test_a_quick_fix_edits_the_cells_that_it_is_about(editor: Editor, name: str) -> None:
    cells = open_notebook(
        editor,
        name,
        [
            HEAD,
            '# Letters of several units stand before it.\nkey = Key()\n"ß😀"; new = key.turn()',
            'print("ß😀", key.look())',
        ],
    )
    (found,) = await editor.shown(cells[2])
    actions = await editor.actions(cells[2], found)
    assert list(actions) == [
        "Write `key = key.turn(...)` on line 3 of code cell 2",
        "Use `new` here",
        "Ignore `state-reuse` on this line",
    ]
    rebound, newest, _ = actions.values()
    column = len('print("ß😀", '.encode("utf-16-le")) // 2
    assert edits(newest) == [(cells[2], 1, f"0:{column}-0:{column + 3}", "new")]
    ((cell, version, _, text),) = edits(rebound)
    assert (cell, version, text) == (cells[1], 1, "key")

    type_in_cell(editor, cells[1], 'key = Key()\n"ß😀"; key = key.turn()')
    await editor.shown(cells[1])
    assert await editor.shown(cells[2]) == []


def edits(action: types.CodeAction) -> list[tuple[str, int | None, str, str]]:
    """The edits of an action: document, version, range, new text."""
    assert action.edit is not None
    found = []
    for change in action.edit.document_changes or ():
        assert isinstance(change, types.TextDocumentEdit)
        for edit in change.edits:
            assert isinstance(edit, types.TextEdit)
            document = change.text_document
            found.append((document.uri, document.version, str(edit.range), edit.new_text))
    return found


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
