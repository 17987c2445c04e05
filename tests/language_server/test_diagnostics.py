"""Diagnostics of texts that are not saved: what is shown, where, and that nothing stale is."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from urllib.parse import urlparse

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import ClientServerConfig, LanguageClient

from tests.checking.conftest import CONFIGURATION, TICKETS
from tests.language_server.conftest import (
    PATIENCE,
    SERVER,
    Editor,
    begin,
    capabilities,
    keep_published,
    when_asked,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

USE = """\
from tickets import Ticket, finish


def use(ticket: Ticket) -> int:
    finish(ticket)
    return ticket.look()
"""
GOOD = USE.replace("    finish(ticket)\n", "")
LOOP = """\
from tickets import Ticket


def use(ticket: Ticket) -> None:
    while ticket.look():
        ticket.redeem()
"""


def written(diagnostic: types.Diagnostic) -> str:
    """Rule, range and the beginning of the message."""
    return f"{diagnostic.code} {diagnostic.range}: {diagnostic.message.partition(';')[0]}"


async def test_a_finding_has_its_rule_its_page_and_its_reasons(editor: Editor, name: str) -> None:
    uri = editor.open(name, USE)
    (found,) = await editor.shown(uri)
    assert written(found) == (
        'state-reuse 5:11-5:17: "ticket" was consumed by "finish" on line 5 and is used again'
    )
    assert found.severity == types.DiagnosticSeverity.Error
    assert found.code_description is not None
    page = Path(urlparse(found.code_description.href).path)
    assert page.read_text().startswith("# state-reuse\n")
    here, tickets = uri, editor.uri("tickets.py")
    assert [
        (each.location.uri, each.location.range.start.line, each.message)
        for each in found.related_information or ()
    ] == [
        (here, 4, '"ticket" was consumed here'),
        (tickets, 14, '"finish" takes it over here'),
        (here, 3, '"ticket" comes from here'),
    ]


async def test_the_loop_is_shown(editor: Editor, name: str) -> None:
    uri = editor.open(name, LOOP)
    (found,) = await editor.shown(uri)
    related = {each.message: each.location.range for each in found.related_information or ()}
    loop = related["in the next turn of this loop"]
    assert (loop.start.line, loop.start.character) == (4, 4)


async def test_diagnostics_follow_the_text(editor: Editor, name: str) -> None:
    uri = editor.open(name, GOOD)
    assert await editor.shown(uri) == []
    editor.type(uri, USE)
    assert len(await editor.shown(uri)) == 1
    editor.type(uri, GOOD)
    assert await editor.shown(uri) == []
    editor.type(uri, USE)
    await editor.shown(uri)
    editor.close(uri)
    assert await editor.shown(uri) == []


async def test_an_edit_reaches_other_files(editor: Editor, name: str) -> None:
    uri = editor.open(name, USE)
    assert len(await editor.shown(uri)) == 1
    text = (editor.root / "tickets.py").read_text()
    tickets = editor.open("tickets.py", text)
    await editor.shown(tickets)
    editor.type(tickets, text.replace("    ticket.redeem()\n", "    pass\n"))
    await editor.shown(tickets)
    await asyncio.sleep(0.2)
    assert await editor.shown(uri) == []
    editor.close(tickets)


async def test_the_columns_are_those_of_the_encoding(
    editor: Editor, pulling_editor: Editor, name: str
) -> None:
    text = USE.replace("return ticket", 'return "ß😀" == "" or ticket')
    (utf16,) = await editor.shown(editor.open(name, text))
    (utf8,) = await pull(pulling_editor, pulling_editor.open(name, text))
    before = '    return "ß😀" == "" or '
    assert utf16.range.start.character == len(before.encode("utf-16-le")) // 2
    assert utf8.range.start.character == len(before.encode())


async def test_only_the_last_text_counts_after_fast_typing(editor: Editor, name: str) -> None:
    uri = editor.open(name, GOOD)
    await editor.shown(uri)
    for number in range(20):
        editor.type(uri, USE + "#" * number)
        await asyncio.sleep(0.005)
    last = editor.type(uri, "\n\n" + USE)
    (found,) = await editor.shown(uri, last)
    assert found.range.start.line == 7


async def test_files_that_are_one_module_to_mypy_are_all_checked(editor: Editor, name: str) -> None:
    head = "from mypy_eqxstate import Consumed, affine\n\n\n@affine\nclass Key:\n"
    head += "    def turn(self: 'Consumed[Key]') -> 'Key': ...\n\n\n"
    good = head + "def use(key: Key) -> None:\n    print(key.turn())\n"
    bad = good + "    print(key.turn())\n"
    one = editor.open(f"a/{name}", bad)
    assert [found.code for found in await editor.shown(one)] == ["state-reuse"]
    other = editor.open(f"b/{name}", "\n" + bad)
    (found,) = await editor.shown(other)
    assert found.range.start.line == head.count("\n") + 3, "one line further down"
    editor.type(one, good)
    assert await editor.shown(one) == []
    editor.type(other, good)
    assert await editor.shown(other) == []
    editor.close(one)
    editor.type(other, bad)
    assert len(await editor.shown(other)) == 1


async def test_a_syntax_error_keeps_the_last_diagnostics(editor: Editor, name: str) -> None:
    uri = editor.open(name, USE)
    other = editor.open(f"other_{name}", GOOD)
    await editor.shown(uri)
    editor.type(uri, "import os\n" + USE + "x = (\n")
    broken, old = await editor.shown(uri)
    assert broken.severity == types.DiagnosticSeverity.Information
    assert broken.message == (
        "not checked for old States: '(' was never closed; "
        "the errors shown are those of the text before"
    )
    assert old.message.endswith("(of the text before the syntax error)")
    assert (old.range.start.line, old.range.start.character) == (6, 11)
    # It does not keep other files from being checked.
    editor.type(other, USE)
    assert len(await editor.shown(other)) == 1
    editor.type(uri, USE + "x = 1\n")
    (found,) = await editor.shown(uri)
    assert "syntax error" not in found.message


async def test_a_file_that_begins_with_a_syntax_error(editor: Editor, name: str) -> None:
    uri = editor.open(name, USE + "x = (\n")
    (broken,) = await editor.shown(uri)
    assert broken.message == "not checked for old States: '(' was never closed"
    editor.type(uri, USE)
    assert [found.code for found in await editor.shown(uri)] == ["state-reuse"]


async def test_the_server_outlives_the_process_that_checks(editor: Editor, name: str) -> None:
    uri = editor.open(name, USE)
    await editor.shown(uri)
    said = len(editor.client.messages)
    kill_children(editor)
    editor.type(uri, GOOD)
    failed = await editor.shown(uri)
    assert failed[0].message.startswith("not checked for old States: the check has failed")
    assert [message.message for message in editor.client.messages[said:]] == [
        "mypy-eqxstate: the process that checks has died; the next edit starts another"
    ]
    editor.type(uri, GOOD + "\n")
    assert await editor.shown(uri) == []
    editor.type(uri, USE)
    assert len(await editor.shown(uri)) == 1


async def test_diagnostics_can_be_pulled(pulling_editor: Editor, name: str) -> None:
    uri = pulling_editor.open(name, USE)
    (found,) = await pull(pulling_editor, uri)
    assert found.code == "state-reuse"
    pulling_editor.type(uri, GOOD)
    assert await pull(pulling_editor, uri) == []
    assert uri not in pulling_editor.client.diagnostics, "they are pushed, too"


async def test_what_was_asked_of_an_earlier_text_is_cancelled(
    pulling_editor: Editor, name: str
) -> None:
    uri = pulling_editor.open(name, GOOD)
    await pull(pulling_editor, uri)
    pulling_editor.type(uri, USE)
    asked = asyncio.ensure_future(pull(pulling_editor, uri))
    await asyncio.sleep(0.01)
    pulling_editor.type(uri, GOOD)
    with pytest.raises(JsonRpcException) as cancelled:
        await asked
    assert cancelled.value.code == types.LSPErrorCodes.ServerCancelled
    assert await pull(pulling_editor, uri) == []


async def test_an_editor_that_pulls_is_told_of_changes_in_other_files(
    pulling_editor: Editor, name: str
) -> None:
    asked = when_asked(pulling_editor, types.WORKSPACE_DIAGNOSTIC_REFRESH)
    uri = pulling_editor.open(name, USE)
    assert len(await pull(pulling_editor, uri)) == 1
    text = (pulling_editor.root / "tickets.py").read_text()
    tickets = pulling_editor.open("tickets.py", text)
    assert await pull(pulling_editor, tickets) == []
    assert not asked.is_set(), "nothing has changed"
    pulling_editor.type(tickets, text.replace("    ticket.redeem()\n", "    pass\n"))
    await asyncio.wait_for(asked.wait(), 60)
    assert await pull(pulling_editor, uri) == []
    pulling_editor.close(tickets)


async def test_what_has_changed_on_the_disk_is_checked_again(tmp_path: Path, name: str) -> None:
    (tmp_path / "mypy.ini").write_text(CONFIGURATION)
    tickets = tmp_path / "tickets.py"
    tickets.write_text(TICKETS)
    client = await ClientServerConfig(SERVER).start()
    assert isinstance(client, LanguageClient)
    watched: asyncio.Future[types.RegistrationParams] = asyncio.Future()

    def register(params: types.RegistrationParams) -> None:
        watched.set_result(params)

    client.feature(types.CLIENT_REGISTER_CAPABILITY)(register)
    wanted = capabilities()
    assert wanted.workspace is not None
    can_watch = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
    wanted.workspace.did_change_watched_files = can_watch
    editor = await begin(client, tmp_path, wanted)
    keep_published(editor)
    (registration,) = (await asyncio.wait_for(watched, PATIENCE)).registrations
    assert registration.method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    uri = editor.open(name, USE)
    assert len(await editor.shown(uri)) == 1

    tickets.write_text(TICKETS.replace("    ticket.redeem()\n", "    pass\n"))
    editor.published.clear()
    change = types.FileEvent(tickets.as_uri(), types.FileChangeType.Changed)
    client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
    assert await editor.shown(uri) == []
    await client.shutdown_session()


async def pull(editor: Editor, uri: str) -> list[types.Diagnostic]:
    """Ask for diagnostics."""
    report = await editor.client.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    )
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    return list(report.items)


def kill_children(editor: Editor) -> None:
    """Kill the processes that the server has started."""
    server = editor.client._server
    assert server is not None
    children = Path(f"/proc/{server.pid}/task").glob("*/children")
    for number in {int(each) for file in children for each in file.read_text().split()}:
        os.kill(number, signal.SIGKILL)
