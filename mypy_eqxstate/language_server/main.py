"""The entry of the command `mypy-eqxstate lsp`."""

from __future__ import annotations

import importlib.util
import sys


def serve() -> int:
    """Serve an editor on standard input and output until it says good-bye.

    Returns:
        the exit status; 2 if the extra `lsp` is not installed.
    """
    if importlib.util.find_spec("pygls") is None:
        message = "the language server needs pygls: pip install 'mypy_eqxstate[lsp]'"
        print(f"mypy-eqxstate lsp: {message}", file=sys.stderr)
        return 2
    from mypy_eqxstate.language_server.server import new_server

    new_server().start_io()
    return 0
