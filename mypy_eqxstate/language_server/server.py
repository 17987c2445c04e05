"""The server: the requests of the Language Server Protocol, each in a few lines.

Diagnostics are pushed, or pulled by clients that can: never both, or an editor would show them
twice.  Columns are counted in the encoding that the client prefers.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls import uris
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from mypy_eqxstate import __version__
from mypy_eqxstate.checking import Request
from mypy_eqxstate.language_server.actions import KINDS, Actions
from mypy_eqxstate.language_server.checking import Checking
from mypy_eqxstate.language_server.diagnostics import Checked, Presenter
from mypy_eqxstate.language_server.documents import Sheet, sheet_of_document
from mypy_eqxstate.language_server.engine import Engine
from mypy_eqxstate.language_server.notebooks import sheet_of_notebook
from mypy_eqxstate.language_server.settings import Settings, read_settings
from mypy_eqxstate.language_server.standings import hover, moved_hints
from mypy_eqxstate.report.pages import address, page
from mypy_eqxstate.rules import RULES

_SERVER_CANCELLED = -32802
# What a check reads: modules, and where mypy finds its configuration.
_WATCHED = ("**/*.{py,pyi}", "**/{mypy.ini,.mypy.ini,pyproject.toml,setup.cfg}")


class EqxstateServer(LanguageServer):
    """The server, with what it knows of the editor's documents.

    Args:
        defaults: what counts where the editor sets nothing.
    """

    def __init__(self, defaults: Settings) -> None:
        super().__init__(
            "mypy-eqxstate",
            __version__,
            notebook_document_sync=types.NotebookDocumentSyncOptions(
                notebook_selector=[
                    types.NotebookDocumentFilterWithCells(
                        cells=[types.NotebookCellLanguage("python")], notebook=None
                    )
                ]
            ),
        )
        self.settings = defaults
        self.pulls = False
        self.versioned = False
        self.markdown = False
        self.refreshes_hints = False
        self.watches = False
        self._sheets: dict[str, Sheet] = {}
        self._checkings: dict[str, Checking] = {}
        self._pages: Path | None = None

    # --- documents

    def take_document(self, uri: str, *, at_once: bool = False) -> None:
        """Check a document, now that it is there or has changed."""
        document = self.workspace.get_text_document(uri)
        if document.language_id not in (None, "python"):
            return
        path = uris.to_fs_path(uri) or _made_up_path(uri)
        sheet = sheet_of_document(uri, os.path.abspath(path), document.version, document.source)  # noqa: PTH100
        self._take(sheet, at_once=at_once)

    def take_notebook(self, uri: str, *, at_once: bool = False) -> None:
        """Check a notebook, now that it is there or has changed."""
        notebook = self.workspace.get_notebook_document(notebook_uri=uri)
        if notebook is None:
            return
        before = self._sheets.get(uri)
        cells = []
        for cell in notebook.cells:
            if cell.kind == types.NotebookCellKind.Code:
                document = self.workspace.get_text_document(cell.document)
                if document.language_id in (None, "python"):
                    cells.append((cell.document, document.version, document.source))
        path = uris.to_fs_path(uri) or _made_up_path(uri)
        sheet = sheet_of_notebook(uri, os.path.abspath(path), cells)  # noqa: PTH100
        self._take(sheet, at_once=at_once)
        here = {part.uri for part in sheet.parts}
        for part in before.parts if before is not None else ():
            if part.uri not in here:
                self._push(part.uri, part.version, [])

    def forget(self, uri: str) -> None:
        """A document or notebook was closed."""
        sheet = self._sheets.pop(uri, None)
        if sheet is None:
            return
        checking = self._checking_of(sheet)
        checking.forget(uri)
        checking.ask()
        for part in sheet.parts:
            self._push(part.uri, None, [])

    def sheet_with(self, uri: str) -> Sheet | None:
        """The sheet that a document, possibly a cell, is in."""
        if uri in self._sheets:
            return self._sheets[uri]
        notebook = self.workspace.get_notebook_document(cell_uri=uri)
        return None if notebook is None else self._sheets.get(notebook.uri)

    def ask(self, uri: str) -> None:
        """Check again: a file on the disk has changed."""
        sheet = self.sheet_with(uri)
        if sheet is not None:
            self._checking_of(sheet).ask(at_once=True)

    def ask_all(self) -> None:
        """Check all open files again."""
        for checking in self._checkings.values():
            checking.ask()

    def _take(self, sheet: Sheet, *, at_once: bool) -> None:
        self._sheets[sheet.uri] = sheet
        self._checking_of(sheet).ask(at_once=at_once)

    def _sheet_of_path(self, path: str) -> Sheet | None:
        """The sheet of a file, as the editor or else the disk has it."""
        for sheet in self._sheets.values():
            if sheet.path == path:
                return sheet
        uri = uris.from_fs_path(path)
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeError):
            return None
        return None if uri is None else sheet_of_document(uri, path, None, text)

    # --- checking

    def _checking_of(self, sheet: Sheet) -> Checking:
        root = self._root_of(sheet.path)
        checking = self._checkings.get(root)
        if checking is None:
            request = Request(
                config_file=self.settings.config_file,
                python_executable=self.settings.python_executable,
                arguments=self.settings.mypy_arguments,
                observe=True,
            )
            checking = self._checkings[root] = Checking(
                root,
                Engine(root, request, self.settings.types),
                lambda: self._sheets_in(root),
                self._show,
                self.tell,
                self._announce,
            )
        return checking

    def _root_of(self, path: str) -> str:
        """The folder that a file is checked in: its workspace folder, the innermost of several."""
        folders = [uris.to_fs_path(uri) for uri in self.workspace.folders]
        known = [folder for folder in folders if folder is not None]
        if not known and self.workspace.root_path is not None:
            known = [self.workspace.root_path]
        around = [folder for folder in known if Path(folder) in Path(path).parents]
        if around:
            return max(around, key=len)
        return known[0] if known else str(Path(path).parent)

    def _sheets_in(self, root: str) -> Mapping[str, Sheet]:
        return {u: sheet for u, sheet in self._sheets.items() if self._root_of(sheet.path) == root}

    def known(self, sheet: Sheet) -> Checked | None:
        """What is known of a sheet as it is now."""
        return self._checking_of(sheet).current(sheet.uri)

    async def checked(self, sheet: Sheet) -> Checked | None:
        """The same, when it is known; None if the text changes before."""
        return await self._checking_of(sheet).wait_for(sheet.uri)

    # --- showing

    def presenter(self, sheet: Sheet) -> Presenter:
        """Makes diagnostics of what is known of a sheet."""
        codec = self.workspace.position_codec
        root = self._root_of(sheet.path)
        return Presenter(codec, self._page_address, self._sheet_of_path, root)

    def _show(self, checked: Checked) -> None:
        if self.pulls:
            return
        versions = {part.uri: part.version for part in checked.sheet.parts}
        shown = self.presenter(checked.sheet).diagnostics(checked)
        for uri, diagnostics in shown.items():
            self._push(uri, versions[uri], diagnostics)

    def _announce(self) -> None:
        """Let the editor ask again for what it has asked for, though no text has changed."""
        # Also when the editor does not say that it takes this: Helix 25.07 does say it, but not by
        # the protocol's name for it.  Others refuse it, which does no harm.
        if self.pulls:
            self.workspace_diagnostic_refresh(None)
        if self.settings.moved_hints and self.refreshes_hints:
            self.workspace_inlay_hint_refresh(None)

    def _push(self, uri: str, version: int | None, diagnostics: list[types.Diagnostic]) -> None:
        if not self.pulls:
            self.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(uri, diagnostics, version)
            )

    def tell(self, text: str) -> None:
        """Say something to the user that is about no line of theirs."""
        self.window_show_message(
            types.ShowMessageParams(types.MessageType.Warning, f"mypy-eqxstate: {text}")
        )

    def _page_address(self, rule: str) -> str:
        if self.settings.rule_pages is not None:
            return address(self.settings.rule_pages, rule)
        if self._pages is None:
            folder = tempfile.mkdtemp(prefix="mypy-eqxstate-rules-")
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            self._pages = Path(folder)
            for each in RULES.values():
                (self._pages / f"{each.code}.md").write_text(page(each), encoding="utf-8")
        return (self._pages / f"{rule}.md").as_uri()

    def close(self) -> None:
        """End the processes that check."""
        for checking in self._checkings.values():
            checking.close()
        self._checkings.clear()


def new_server(defaults: Settings) -> EqxstateServer:
    """A server that answers all requests.

    Args:
        defaults: what counts where the editor sets nothing.
    """
    server = EqxstateServer(defaults)
    for method, (handler, options) in _HANDLERS.items():
        server.feature(method, options)(handler)
    return server


# --- the life of the server


def _initialize(server: EqxstateServer, params: types.InitializeParams) -> None:
    server.settings, problems = read_settings(params.initialization_options, server.settings)
    documents = params.capabilities.text_document
    server.pulls = documents is not None and documents.diagnostic is not None
    workspace = params.capabilities.workspace
    edits = workspace and workspace.workspace_edit
    server.versioned = bool(edits and edits.document_changes)
    hovers = documents and documents.hover and documents.hover.content_format
    server.markdown = types.MarkupKind.Markdown in (hovers or ())
    hints = workspace and workspace.inlay_hint
    server.refreshes_hints = bool(hints and hints.refresh_support)
    files = workspace and workspace.did_change_watched_files
    server.watches = bool(files and files.dynamic_registration)
    for problem in problems:
        server.tell(problem)


def _initialized(server: EqxstateServer, params: types.InitializedParams) -> None:
    if server.watches:
        watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        server.client_register_capability(
            types.RegistrationParams([types.Registration("files", method, options)])
        )


def _configured(server: EqxstateServer, params: types.DidChangeConfigurationParams) -> None:
    """Some editors send the options once more after the start; those of the start count."""


def _shutdown(server: EqxstateServer, params: None) -> None:
    server.close()


# --- documents


def _opened(server: EqxstateServer, params: types.DidOpenTextDocumentParams) -> None:
    server.take_document(params.text_document.uri, at_once=True)


def _changed(server: EqxstateServer, params: types.DidChangeTextDocumentParams) -> None:
    server.take_document(params.text_document.uri)


def _saved(server: EqxstateServer, params: types.DidSaveTextDocumentParams) -> None:
    server.ask(params.text_document.uri)


def _closed(server: EqxstateServer, params: types.DidCloseTextDocumentParams) -> None:
    server.forget(params.text_document.uri)


def _files_changed(server: EqxstateServer, params: types.DidChangeWatchedFilesParams) -> None:
    server.ask_all()


def _notebook_opened(server: EqxstateServer, params: types.DidOpenNotebookDocumentParams) -> None:
    server.take_notebook(params.notebook_document.uri, at_once=True)


def _notebook_changed(
    server: EqxstateServer, params: types.DidChangeNotebookDocumentParams
) -> None:
    server.take_notebook(params.notebook_document.uri)


def _notebook_saved(server: EqxstateServer, params: types.DidSaveNotebookDocumentParams) -> None:
    server.ask(params.notebook_document.uri)


def _notebook_closed(server: EqxstateServer, params: types.DidCloseNotebookDocumentParams) -> None:
    server.forget(params.notebook_document.uri)


# --- requests


async def _diagnostic(
    server: EqxstateServer, params: types.DocumentDiagnosticParams
) -> types.DocumentDiagnosticReport:
    uri = params.text_document.uri
    sheet = server.sheet_with(uri)
    if sheet is None:
        return types.RelatedFullDocumentDiagnosticReport([])
    checked = await server.checked(sheet)
    if checked is None:
        # The text has changed: whoever is still interested asks for the new one.
        raise JsonRpcException("the text has changed", _SERVER_CANCELLED, _ASK_AGAIN)
    found = server.presenter(sheet).diagnostics(checked).get(uri, [])
    number = _digest(found)
    if number == params.previous_result_id:
        return types.RelatedUnchangedDocumentDiagnosticReport(number)
    return types.RelatedFullDocumentDiagnosticReport(found, result_id=number)


def _code_action(
    server: EqxstateServer, params: types.CodeActionParams
) -> list[types.CodeAction] | None:
    uri = params.text_document.uri
    sheet = server.sheet_with(uri)
    checked = None if sheet is None else server.known(sheet)
    if sheet is None or checked is None:
        return None
    actions = Actions(server.presenter(sheet), server.workspace.position_codec, server.versioned)
    context = params.context
    return actions.actions(checked, uri, params.range, context.only, context.diagnostics)


async def _hover(server: EqxstateServer, params: types.HoverParams) -> types.Hover | None:
    uri = params.text_document.uri
    sheet = server.sheet_with(uri)
    checked = None if sheet is None else await server.checked(sheet)
    if checked is None:
        return None
    return hover(checked, uri, params.position, server.workspace.position_codec, server.markdown)


async def _inlay_hint(
    server: EqxstateServer, params: types.InlayHintParams
) -> list[types.InlayHint] | None:
    uri = params.text_document.uri
    sheet = server.sheet_with(uri) if server.settings.moved_hints else None
    checked = None if sheet is None else await server.checked(sheet)
    if checked is None:
        return None
    return moved_hints(checked, uri, params.range, server.workspace.position_codec)


_ASK_AGAIN = {"retriggerRequest": True}


def _digest(diagnostics: list[types.Diagnostic]) -> str:
    text = json.dumps([repr(diagnostic) for diagnostic in diagnostics])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _made_up_path(uri: str) -> str:
    """A file for a document that is none yet, in the working directory."""
    return f"unsaved_{hashlib.sha256(uri.encode()).hexdigest()[:8]}.py"


_HANDLERS: dict[str, tuple[Any, Any]] = {
    types.INITIALIZE: (_initialize, None),
    types.INITIALIZED: (_initialized, None),
    types.SHUTDOWN: (_shutdown, None),
    types.TEXT_DOCUMENT_DID_OPEN: (_opened, None),
    types.TEXT_DOCUMENT_DID_CHANGE: (_changed, None),
    types.TEXT_DOCUMENT_DID_SAVE: (_saved, None),
    types.TEXT_DOCUMENT_DID_CLOSE: (_closed, None),
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: (_configured, None),
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: (_files_changed, None),
    types.NOTEBOOK_DOCUMENT_DID_OPEN: (_notebook_opened, None),
    types.NOTEBOOK_DOCUMENT_DID_CHANGE: (_notebook_changed, None),
    types.NOTEBOOK_DOCUMENT_DID_SAVE: (_notebook_saved, None),
    types.NOTEBOOK_DOCUMENT_DID_CLOSE: (_notebook_closed, None),
    types.TEXT_DOCUMENT_HOVER: (_hover, None),
    types.TEXT_DOCUMENT_INLAY_HINT: (_inlay_hint, None),
    types.TEXT_DOCUMENT_CODE_ACTION: (_code_action, types.CodeActionOptions(list(KINDS))),
    types.TEXT_DOCUMENT_DIAGNOSTIC: (
        _diagnostic,
        types.DiagnosticOptions(
            inter_file_dependencies=True,
            workspace_diagnostics=False,
            identifier="mypy-eqxstate",
        ),
    ),
}
