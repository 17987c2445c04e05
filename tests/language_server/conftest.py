"""One server for all tests, and an editor that speaks with it.

The project of the tests has affine objects of its own and no Equinox, so that a check takes a tenth
of a second.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

from tests.checking.conftest import CONFIGURATION, TICKETS
from tests.checking.conftest import cache as cache
from tests.checking.conftest import project as project

SERVER = [sys.executable, "-m", "mypy_eqxstate.language_server"]
PATIENCE = 60.0
_NUMBERS = itertools.count(1)


class Editor:
    """An editor: its documents, and what the server has said about them.

    Args:
        client: speaks with the server.
        root: the workspace folder.
    """

    def __init__(self, client: LanguageClient, root: Path) -> None:
        self.client = client
        self.root = root
        self.versions: dict[str, int] = {}
        self.published: dict[str, int | None] = {}

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def open(self, name: str, text: str) -> str:
        """Open a file with a text that is not on the disk."""
        uri = self.uri(name)
        self.versions[uri] = 1
        item = types.TextDocumentItem(uri, "python", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def type(self, uri: str, text: str) -> int:
        """Replace the whole text; returns its version."""
        self.versions[uri] += 1
        number = self.versions[uri]
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(number, uri),
                [types.TextDocumentContentChangeWholeDocument(text)],
            )
        )
        return number

    def close(self, uri: str) -> None:
        del self.versions[uri]
        self.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri))
        )

    async def shown(self, uri: str, version: int | None = None) -> list[types.Diagnostic]:
        """The diagnostics of a version of a text (the present one), when they have come."""
        wanted = self.versions.get(uri) if version is None else version
        published = self.published

        async def come() -> None:
            while published.get(uri, -1) != wanted:
                await asyncio.sleep(0.01)

        await asyncio.wait_for(come(), PATIENCE)
        return list(self.client.diagnostics[uri])

    async def actions(
        self, uri: str, diagnostic: types.Diagnostic, *kinds: str
    ) -> dict[str, types.CodeAction]:
        """The code actions for a diagnostic, by title."""
        found = await self.client.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(uri),
                diagnostic.range,
                types.CodeActionContext([diagnostic], only=list(kinds) or None),
            )
        )
        return {a.title: a for a in found or () if isinstance(a, types.CodeAction)}


def open_notebook(editor: Editor, name: str, texts: list[str]) -> list[str]:
    """Open a notebook with cells of these texts; returns the names of the cells."""
    notebook = editor.uri(name.replace(".py", ".ipynb"))
    cells = [f"{notebook}#{number}" for number in range(len(texts))]
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
    return cells


def type_in_cell(editor: Editor, cell: str, text: str) -> None:
    """Replace the whole text of a cell."""
    editor.versions[cell] += 1
    number = editor.versions[cell]
    editor.client.notebook_document_did_change(
        types.DidChangeNotebookDocumentParams(
            types.VersionedNotebookDocumentIdentifier(number, cell.partition("#")[0]),
            types.NotebookDocumentChangeEvent(
                cells=types.NotebookDocumentCellChanges(
                    text_content=[
                        types.NotebookDocumentCellContentChanges(
                            types.VersionedTextDocumentIdentifier(number, cell),
                            [types.TextDocumentContentChangeWholeDocument(text)],
                        )
                    ]
                )
            ),
        )
    )


def when_asked(editor: Editor, request: str) -> asyncio.Event:
    """Is set when the server makes a request without parameters."""
    asked = asyncio.Event()
    editor.client.protocol.fm.features.pop(request, None)

    def answer(params: None) -> None:
        asked.set()

    editor.client.feature(request)(answer)
    return asked


def keep_published(editor: Editor) -> None:
    """Keep also the version that diagnostics were published for; pytest-lsp does not."""
    client = editor.client

    def publish(params: types.PublishDiagnosticsParams) -> None:
        client.diagnostics[params.uri] = params.diagnostics
        editor.published[params.uri] = params.version

    client.protocol.fm.features.pop(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    client.protocol.fm.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(publish)


async def begin(
    client: LanguageClient, root: Path, capabilities: types.ClientCapabilities, **options: Any
) -> Editor:
    """Shake hands."""
    await client.initialize_session(
        types.InitializeParams(
            capabilities=capabilities,
            workspace_folders=[types.WorkspaceFolder(root.as_uri(), "project")],
            initialization_options=options or None,
        )
    )
    return Editor(client, root)


def capabilities(
    *, pulls: bool = False, encoding: types.PositionEncodingKind = types.PositionEncodingKind.Utf16
) -> types.ClientCapabilities:
    """What the editor can do."""
    wanted = client_capabilities("neovim")
    assert wanted.text_document is not None and wanted.workspace is not None
    wanted.workspace.workspace_edit = types.WorkspaceEditClientCapabilities(document_changes=True)
    wanted.general = types.GeneralClientCapabilities(position_encodings=[encoding])
    wanted.text_document.diagnostic = types.DiagnosticClientCapabilities() if pulls else None
    return wanted


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace folder of the tests."""
    root = tmp_path_factory.mktemp("workspace")
    (root / "mypy.ini").write_text(CONFIGURATION + f"cache_dir = {root / 'cache'}\n")
    (root / "tickets.py").write_text(TICKETS.lstrip("\n"))
    return root


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["mypy", "pyrefly"])
async def editor(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Editor]:
    """An editor to which diagnostics are pushed, the types being mypy's or pyrefly's."""
    command = [sys.executable, "-m", "mypy_eqxstate", "lsp", "--types", request.param]
    client = await ClientServerConfig(command).start()
    assert isinstance(client, LanguageClient)
    editor = await begin(client, folder, capabilities())
    keep_published(editor)
    yield editor
    await client.shutdown_session()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pulling_editor(folder: Path) -> AsyncIterator[Editor]:
    """An editor that asks for diagnostics, and counts in bytes."""
    client = await ClientServerConfig(SERVER).start()
    assert isinstance(client, LanguageClient)
    utf8 = types.PositionEncodingKind.Utf8
    yield await begin(client, folder, capabilities(pulls=True, encoding=utf8))
    await client.shutdown_session()


@pytest.fixture
def name() -> str:
    """A file that no other test has opened."""
    return f"module{next(_NUMBERS)}.py"
