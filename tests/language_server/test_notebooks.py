"""Notebooks: the cells in order are one program, and findings are shown in their cells."""

from __future__ import annotations

import pytest

from mypy_eqxstate.language_server.notebooks import python_lines
from tests.language_server.conftest import Editor, open_notebook, type_in_cell

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
