"""A type server and its documents: the types of expressions, by their places.

`TypeServer` speaks the Type Server Protocol, of which five requests are needed: version, snapshot,
search paths, and the computed type of a range.  Documents are told as the Language Server Protocol
does it, so that unsaved text counts.

    server = TypeServer(pyrefly_command(), root)
    server.show(path, text)
    server.types(path, [Range(3, 4, 3, 9)])     # -> [{"kind": 3, "declaration": {...}, ...}]

Every request names a snapshot: the state of the server's knowledge that it is about.  Where the
server has gone on meanwhile (it has read an import), it refuses the request, which is then asked
again with the new snapshot.

The version of the protocol is asked for first.  In the line 0.x a new minor version may change
everything, and a patch may not; so any 0.4.x is taken, and any other refused with a sentence that
says so.

Source: https://github.com/microsoft/pylance-release/tree/main/docs/tsp, version 0.4.1.  Tested with
pyrefly; pyright's server speaks the same version but is not published.
"""

from __future__ import annotations

import re
import shutil
import sys
import sysconfig
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from mypy_eqxstate.oracle.tsp_transport import Connection, Refusal, ServerGoneError

__all__ = [
    "Range",
    "ServerGoneError",
    "TypeServer",
    "UnsupportedProtocolError",
    "path_of_uri",
    "pyrefly_command",
]

SUPPORTED_LINE: Final = (0, 4)
_SERVER_CANCELLED: Final = -32802
_TRIES: Final = 20
Json = dict[str, Any]


class UnsupportedProtocolError(ServerGoneError):
    """The server speaks a version of the protocol that this client does not know."""


class Range(NamedTuple):
    """A range as the protocol counts: lines and UTF-16 units, both from 0."""

    line: int
    character: int
    end_line: int
    end_character: int


def pyrefly_command() -> list[str]:
    """The command that starts pyrefly's type server.

    Pyrefly is looked for beside the running Python first, then on the search path of commands.
    """
    beside = Path(sysconfig.get_path("scripts"), "pyrefly")
    name = str(beside) if beside.exists() else shutil.which("pyrefly") or "pyrefly"
    return [name, "tsp", "--indexing-mode", "none"]


class TypeServer:
    """A running type server.

    Args:
        command: how to start it.
        root: the project's directory.
        python: the interpreter whose packages count; this one if None.
        search_path: directories with modules of the project, besides those that the server finds.

    Raises:
        ServerGoneError: it can't be started.
        UnsupportedProtocolError: it speaks another version of the protocol.
    """

    def __init__(
        self,
        command: Sequence[str],
        root: Path,
        python: str | None = None,
        search_path: Sequence[Path] = (),
    ) -> None:
        self._python = python or sys.executable
        self._search_path = [str(directory) for directory in search_path]
        self._lock = threading.RLock()
        self._snapshot = 0
        self._versions: dict[Path, int] = {}
        self._texts: dict[Path, str] = {}
        self._connection = Connection(command, self._asked, self._told)
        try:
            self._initialize(root)
            self.version = self._negotiate()
        except BaseException:
            self._connection.close()
            raise

    @property
    def is_alive(self) -> bool:
        """Whether it may still answer."""
        return self._connection.is_alive

    @property
    def process_id(self) -> int:
        """The number of its process."""
        return self._connection.process_id

    def close(self) -> None:
        """End the server."""
        self._connection.close()

    # --- documents

    def show(self, path: Path, text: str) -> None:
        """Tell the text of a file, saved or not; what is known already is not told again."""
        with self._lock:
            if self._texts.get(path) == text:
                return
            version = self._versions[path] = self._versions.get(path, 0) + 1
            document: Json = {"uri": path.as_uri(), "version": version}
            if path in self._texts:
                self._connection.notify(
                    "textDocument/didChange",
                    {"textDocument": document, "contentChanges": [{"text": text}]},
                )
            else:
                document |= {"languageId": "python", "text": text}
                self._connection.notify("textDocument/didOpen", {"textDocument": document})
            self._texts[path] = text

    def hide(self, path: Path) -> None:
        """From now on the file on the disk counts."""
        with self._lock:
            if self._texts.pop(path, None) is not None:
                document = {"uri": path.as_uri()}
                self._connection.notify("textDocument/didClose", {"textDocument": document})

    def notice_changes(self, paths: Sequence[Path]) -> None:
        """Tell that files on the disk have changed."""
        if paths:
            changes = [{"uri": path.as_uri(), "type": 2} for path in paths]
            self._connection.notify("workspace/didChangeWatchedFiles", {"changes": changes})

    # --- questions

    def types(self, path: Path, ranges: Sequence[Range]) -> list[Json | None]:
        """The computed types of ranges of a file; None where there is none.

        Raises:
            ServerGoneError: the server has ended.
        """
        uri = path.as_uri()
        return self._ask_all(
            "typeServer/getComputedType",
            [
                {
                    "arg": {
                        "uri": uri,
                        "range": {
                            "start": {"line": r.line, "character": r.character},
                            "end": {"line": r.end_line, "character": r.end_character},
                        },
                    }
                }
                for r in ranges
            ],
        )

    def search_paths(self, path: Path) -> list[Path]:
        """Where the server looks for the modules that a file imports, the first one first."""
        found = self._ask_all("typeServer/getPythonSearchPaths", [{"fromUri": path.as_uri()}])[0]
        return [path_of_uri(uri) for uri in found or ()]

    def _ask_all(self, method: str, params: Sequence[Json]) -> list[Any]:
        """Ask about the present snapshot, and again where the server has gone on meanwhile."""
        results: list[Any] = [None] * len(params)
        waiting = list(range(len(params)))
        with self._lock:
            for _ in range(_TRIES):
                requests = [(method, params[i] | {"snapshot": self._snapshot}) for i in waiting]
                refused = []
                answers = self._connection.request_all(requests)
                for index, answer in zip(waiting, answers, strict=True):
                    if isinstance(answer, Refusal):
                        if answer.code == _SERVER_CANCELLED:
                            refused.append(index)
                    else:
                        results[index] = answer
                if not refused:
                    break
                waiting = refused
                snapshot = self._connection.request("typeServer/getSnapshot", None)
                if isinstance(snapshot, int):
                    self._snapshot = snapshot
        return results

    # --- the beginning

    def _initialize(self, root: Path) -> None:
        uri = root.resolve().as_uri()
        answer = self._connection.request(
            "initialize",
            {
                "processId": None,
                "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": root.name or "root"}],
                "capabilities": {"workspace": {"configuration": True, "workspaceFolders": True}},
            },
        )
        if isinstance(answer, Refusal):
            raise ServerGoneError(f"the type server refuses to start: {answer.message}")
        self._connection.notify("initialized", {})

    def _negotiate(self) -> str:
        answer = self._connection.request("typeServer/getSupportedProtocolVersion", None)
        wanted = ".".join(map(str, SUPPORTED_LINE))
        if not isinstance(answer, str):
            raise UnsupportedProtocolError(
                "the server does not speak the Type Server Protocol "
                f"(version {wanted}.x is needed); is it `pyrefly tsp`?"
            )
        found = re.match(r"(\d+)\.(\d+)\.", answer + ".")
        if found is None or (int(found[1]), int(found[2])) != SUPPORTED_LINE:
            raise UnsupportedProtocolError(
                f"the type server speaks version {answer} of the Type Server Protocol, and this "
                f"version of mypy_eqxstate needs {wanted}.x; install another version of either"
            )
        return answer

    def _asked(self, method: str, params: Any) -> Any:
        """What the server asks: its configuration, in as many parts as it likes."""
        if method != "workspace/configuration":
            return None
        settings = {
            "pythonPath": self._python,
            "pyrefly": {
                "disableTypeErrors": True,
                "extraPaths": self._search_path,
                "extraSearchPaths": self._search_path,
            },
        }
        items = params.get("items", ()) if isinstance(params, Mapping) else ()
        return [settings for _ in items]

    def _told(self, method: str, params: Any) -> None:
        """What the server tells; diagnostics and progress are of no interest here."""


def path_of_uri(uri: str) -> Path:
    """The file that a `file:` URI means; what is no URI is a path."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return Path(uri)
    return Path(url2pathname(unquote(parts.path) if sys.platform != "win32" else parts.path))
