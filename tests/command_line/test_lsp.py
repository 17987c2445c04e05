"""How the language server is started from the command line."""

from __future__ import annotations

import pytest

from mypy_eqxstate.command_line.main import main
from mypy_eqxstate.language_server import main as server


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "mypy"),
        (["--types", "pyrefly"], "pyrefly"),
        # Many clients append it to whatever command they are given.
        (["--stdio"], "mypy"),
        (["--types", "pyrefly", "--stdio"], "pyrefly"),
    ],
)
def test_the_server_is_started_with_these_types(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], expected: str
) -> None:
    served: list[str] = []

    def serve(types: str) -> int:
        served.append(types)
        return 0

    monkeypatch.setattr(server, "serve", serve)
    assert main(["lsp", *arguments]) == 0
    assert served == [expected]
