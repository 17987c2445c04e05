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

Limit: pyrefly takes an imported module from the disk, even where its unsaved text is known, so that
unsaved text counts for the types of the file itself.

Source: https://github.com/microsoft/pylance-release/tree/main/docs/tsp, version 0.4.1.  Tested with
pyrefly; pyright's server speaks the same version but is not published.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import sysconfig
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

from mypy_eqxstate.oracle.tsp.transport import Connection, Refusal, ServerGoneError

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
_SETTLING: Final = 2.0
Json = dict[str, Any]


class UnsupportedProtocolError(ServerGoneError):
    """The server speaks a version of the protocol that this client does not know."""


class Range(NamedTuple):
    """A range as the protocol counts: lines and UTF-16 units, both from 0."""

    line: int
    character: int
    end_line: int
    end_character: int


def pyrefly_command(config_file: Path | None = None) -> list[str]:
    """The command that starts pyrefly's type server.

    Pyrefly is looked for beside the running Python first, then on the search path of commands.

    Args:
        config_file: a configuration for all files; None to let pyrefly look for the user's.

    Raises:
        ServerGoneError: pyrefly is not installed.
    """
    beside = Path(sysconfig.get_path("scripts"), "pyrefly")
    name = str(beside) if beside.exists() else shutil.which("pyrefly")
    if name is None:
        raise ServerGoneError(
            "pyrefly is not installed; the extra `pyrefly` of this package brings it (from a "
            "checkout: pip install '.[pyrefly]')"
        )
    configured = [] if config_file is None else ["--config", str(config_file)]
    return [name, "tsp", "--indexing-mode", "none", *configured]


def has_pyrefly_configuration(root: Path) -> bool:
    """Whether pyrefly would find a configuration of the user's for a directory."""
    for directory in (root, *root.parents):
        if (directory / "pyrefly.toml").is_file():
            return True
        project = directory / "pyproject.toml"
        if project.is_file() and "[tool.pyrefly" in project.read_text("utf-8", "replace"):
            return True
    return False


def pyrefly_configuration(roots: Sequence[Path], python: str) -> str:
    """A configuration for projects that have none: where modules are, and whose packages count."""
    return "".join(
        f"{key} = {json.dumps(value)}\n"
        for key, value in {
            "search-path": [str(root) for root in roots],
            "python-interpreter-path": python,
            "untyped-def-behavior": "check-and-infer-return-any",
        }.items()
    )


class TypeServer:
    """A running type server.

    Args:
        command: how to start it.
        root: the project's directory.
        python: the interpreter whose packages count; this one if None.

    Raises:
        ServerGoneError: it can't be started.
        UnsupportedProtocolError: it speaks another version of the protocol.
    """

    def __init__(
        self,
        command: Sequence[str],
        root: Path,
        python: str | None = None,
    ) -> None:
        self._python = python or sys.executable
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
                self._tell(
                    "textDocument/didChange",
                    {"textDocument": document, "contentChanges": [{"text": text}]},
                )
            else:
                document |= {"languageId": "python", "text": text}
                self._tell("textDocument/didOpen", {"textDocument": document})
            self._texts[path] = text

    def hide(self, path: Path) -> None:
        """From now on the file on the disk counts."""
        with self._lock:
            if self._texts.pop(path, None) is not None:
                document = {"uri": path.as_uri()}
                self._tell("textDocument/didClose", {"textDocument": document})

    def notice_changes(self, paths: Sequence[Path]) -> None:
        """Tell that files on the disk have changed."""
        if paths:
            changes = [{"uri": path.as_uri(), "type": 2} for path in paths]
            self._tell("workspace/didChangeWatchedFiles", {"changes": changes})

    def _tell(self, method: str, params: Json) -> None:
        """Tell of a change, and wait until it counts: until then answers are about what was.

        A server takes a new snapshot when it has taken note; one that never does is not waited for
        any longer than `_SETTLING` seconds.
        """
        with self._lock:
            before = self._connection.request("typeServer/getSnapshot", None)
            self._connection.notify(method, params)
            deadline = time.monotonic() + _SETTLING
            while time.monotonic() < deadline:
                snapshot = self._connection.request("typeServer/getSnapshot", None)
                if snapshot != before:
                    break
                time.sleep(0.001)

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
                "capabilities": {"workspace": {"workspaceFolders": True}},
                "initializationOptions": {"pythonPath": self._python},
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
        """What the server asks: nothing that it was not told at the beginning."""
        items = params.get("items", ()) if isinstance(params, Mapping) else ()
        return [{"pythonPath": self._python} for _ in items] or None

    def _told(self, method: str, params: Any) -> None:
        """What the server tells; diagnostics and progress are of no interest here."""


def path_of_uri(uri: str) -> Path:
    """The file that a `file:` URI means; what is no URI is a path."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return Path(uri)
    return Path(url2pathname(parts.path))
