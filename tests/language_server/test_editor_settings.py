"""The settings that `docs/editors.md` shows, as the editors would hand them to the server."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from pytest_lsp import ClientServerConfig, LanguageClient

from tests.language_server.conftest import begin, capabilities, keep_published
from tests.language_server.test_diagnostics import USE
from tests.snippets import ROOT, snippet

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_helix_starts_a_server_that_knows_its_options(folder: Path, name: str) -> None:
    tomllib = pytest.importorskip("tomllib", reason="needs Python 3.11")
    settings = tomllib.loads(snippet("editors.md", "toml", "[language-server.mypy-eqxstate]"))
    server = settings["language-server"]["mypy-eqxstate"]
    assert server["command"] == "mypy-eqxstate"
    command = [sys.executable, "-m", "mypy_eqxstate", *server["args"]]
    client = await ClientServerConfig(command).start()
    assert isinstance(client, LanguageClient)
    editor = await begin(client, folder, capabilities(), **server["config"])
    keep_published(editor)
    assert len(await editor.shown(editor.open(name, USE))) == 1
    assert client.messages == [], "the server knows all options"
    await client.shutdown_session()
    assert "mypy-eqxstate" in settings["language"][0]["language-servers"]


async def test_vs_code_knows_the_settings_and_hands_on_all_options() -> None:
    package = json.loads((ROOT / "editors/vscode/package.json").read_text(encoding="utf-8"))
    declared = package["contributes"]["configuration"]["properties"]
    shown = json.loads(snippet("editors.md", "json", "eqxstate.command"))
    for name, value in shown.items():
        kind = {"string": str, "boolean": bool, "array": list}[declared[name]["type"]]
        assert isinstance(value, kind), name
        assert value in declared[name].get("enum", [value]), name
    documented = {
        line.split("`")[1]
        for line in (ROOT / "docs/editors.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
    }
    options = {name.removeprefix("eqxstate.") for name in declared} - {"command"}
    assert options == documented
