"""The entry of the command `mypy-eqxstate lsp`."""

from __future__ import annotations

import importlib.util
import sys


def serve(types: str = "mypy") -> int:
    """Serve an editor on standard input and output until it says good-bye.

    Args:
        types: who answers for the types if the editor does not say: "mypy" or "pyrefly".

    Returns:
        the exit status; 2 if the extra `lsp` is not installed.
    """
    if importlib.util.find_spec("pygls") is None:
        message = "the language server needs pygls; from a checkout: pip install '.[lsp]'"
        print(f"mypy-eqxstate lsp: {message}", file=sys.stderr)
        return 2
    from mypy_eqxstate.language_server.server import new_server
    from mypy_eqxstate.language_server.settings import Settings

    new_server(Settings(types=types)).start_io()
    return 0
