"""Quick fixes as an editor gets and applies them.

Which fixes there are for what is tested in `tests/fixes/`.
"""

from __future__ import annotations

import pytest
from lsprotocol import types

from mypy_eqxstate.fixes import Edit, apply
from mypy_eqxstate.report.finding import Position
from tests.language_server.conftest import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEAD = """\
from __future__ import annotations
from mypy_eqxstate import Borrowed, Consumed, affine


@affine
class Key:
    def turn(self: Consumed[Key]) -> Key: ...
    def look(self: Borrowed[Key]) -> int: ...


"""
REUSED = (
    HEAD
    + """\
def use(key: Key) -> int:
    new = key.turn()
    new.look()
    return key.look()
"""
)
DROPPED = (
    HEAD
    + """\
def use(key: Key) -> None:
    key.turn()


def use_twice(key: Key, other: Key) -> int:
    key.turn()
    other.turn()
    return key.look()
"""
)


def applied(text: str, uri: str, action: types.CodeAction) -> str:
    """The text after an action that edits one document."""
    assert action.edit is not None
    (change,) = action.edit.document_changes or ()
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.uri == uri
    made = []
    for edit in change.edits:
        assert isinstance(edit, types.TextEdit)
        start, end = edit.range.start, edit.range.end
        position = Position(start.line + 1, start.character, end.line + 1, end.character)
        made.append(Edit(position, edit.new_text))
    return apply(text, made)


async def test_the_quick_fixes_of_a_finding(editor: Editor, name: str) -> None:
    uri = editor.open(name, REUSED)
    (found,) = await editor.shown(uri)
    actions = await editor.actions(uri, found)
    assert list(actions) == [
        "Write `key = key.turn(...)` on line 12",
        "Use `new` here",
        "Ignore `state-reuse` on this line",
    ]
    first = next(iter(actions.values()))
    assert first.is_preferred and first.kind == types.CodeActionKind.QuickFix
    assert [d.code for d in first.diagnostics or ()] == ["state-reuse"]
    for action in actions.values():
        editor.type(uri, applied(REUSED, uri, action))
        assert await editor.shown(uri) == []


async def test_ignoring_is_never_preferred(editor: Editor, name: str) -> None:
    text = (
        HEAD
        + """\
def melt(key: Consumed[Key]) -> None: ...


def use(key: Key) -> int:
    melt(key)
    return key.look()
"""
    )
    uri = editor.open(name, text)
    (found,) = await editor.shown(uri)
    (action,) = (await editor.actions(uri, found)).values()
    assert action.title == "Ignore `state-reuse` on this line"
    assert not action.is_preferred


async def test_an_action_is_for_a_version(editor: Editor, name: str) -> None:
    uri = editor.open(name, REUSED)
    (found,) = await editor.shown(uri)
    editor.type(uri, REUSED + "\n")
    assert await editor.actions(uri, found) == {}, "of a text that is not known yet"
    await editor.shown(uri)
    action = (await editor.actions(uri, found))["Use `new` here"]
    assert action.edit is not None
    (change,) = action.edit.document_changes or ()
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.version == 2


async def test_fix_all_is_for_dropped_results(editor: Editor, name: str) -> None:
    uri = editor.open(name, DROPPED)
    found = await editor.shown(uri)
    assert [each.code for each in found].count("state-dropped") == 3
    assert "Bind all" not in str(await editor.actions(uri, found[0]))
    (action,) = (await editor.actions(uri, found[0], "source.fixAll")).values()
    text = applied(DROPPED, uri, action)
    assert text.count("key = key.turn()") == 2
    assert text.count("other = other.turn()") == 1
    editor.type(uri, text)
    assert await editor.shown(uri) == []


async def test_text_before_an_edit_may_be_of_any_kind(editor: Editor, name: str) -> None:
    text = REUSED.replace("return key", 'return "ß😀" != "" and key')
    uri = editor.open(name, text)
    (found,) = await editor.shown(uri)
    action = (await editor.actions(uri, found))["Use `new` here"]
    assert action.edit is not None
    (change,) = action.edit.document_changes or ()
    assert isinstance(change, types.TextDocumentEdit)
    (edit,) = change.edits
    start = len('    return "ß😀" != "" and '.encode("utf-16-le")) // 2
    assert (edit.range.start.character, edit.range.end.character) == (start, start + 3)
