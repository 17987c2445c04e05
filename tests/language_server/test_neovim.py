"""A real editor: Neovim with its own client, beside pyright's language server.

Neovim 0.7 or newer, without a window, runs a script: both servers attach to a buffer, both show
diagnostics, a hover is answered, and a quick fix is applied to the buffer's text.  What is shown,
asked and edited stands behind letters that are longer in one encoding than in the other.

`.ci/run` installs Neovim where it can; without it the test is skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NVIM = shutil.which("nvim")
PYRIGHT = Path(sys.executable).with_name("pyright-langserver")

MODULE = """\
from tickets import Key


def use(key: Key) -> int:
    "ß😀"; new = key.turn()
    text: int = "no number"
    return "ß😀" != "" and key.look()
"""
KEYS = """\
from __future__ import annotations
from mypy_eqxstate import Borrowed, Consumed, affine


@affine
class Key:
    def turn(self: Consumed[Key]) -> Key:
        return self

    def look(self: Borrowed[Key]) -> int:
        return 1
"""
SCRIPT = """\
local function finish(result)
  local file = io.open(vim.env.TOLD, 'w')
  file:write(vim.json and vim.json.encode(result) or vim.fn.json_encode(result))
  file:close()
  vim.cmd('qall!')
end
local function start(name, command)
  local id = vim.lsp.start_client({ name = name, cmd = command, root_dir = vim.fn.getcwd() })
  vim.lsp.buf_attach_client(0, id)
  return id
end
vim.cmd('edit module.py')
vim.bo.filetype = 'python'
local ours = start('mypy-eqxstate', vim.fn.json_decode(vim.env.OURS))
start('pyright', vim.fn.json_decode(vim.env.PYRIGHT))
local function shown()
  local found = {}
  for _, each in ipairs(vim.diagnostic.get(0)) do
    found[#found + 1] = each.source .. ':' .. (each.lnum + 1) .. ':' .. each.col
  end
  table.sort(found)
  return found
end
local function has(source)
  return vim.tbl_contains(vim.tbl_map(function(each)
    return each:match('^[^:]*')
  end, shown()), source)
end
local both = vim.wait(120000, function() return has('mypy-eqxstate') and has('Pyright') end, 50)
local before = shown()
if not both then finish({ before = before, hover = '', text = {}, after = {} }) return end
local client = vim.lsp.get_client_by_id(ours)
local position = { line = 6, character = 27 }
local told = client.request_sync('textDocument/hover', {
  textDocument = vim.lsp.util.make_text_document_params(), position = position,
}, 10000, 0)
local answer = client.request_sync('textDocument/codeAction', {
  textDocument = vim.lsp.util.make_text_document_params(),
  range = { start = position, ['end'] = position },
  context = { diagnostics = {} },
}, 10000, 0)
for _, action in ipairs(answer.result or {}) do
  if action.isPreferred then
    vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
  end
end
vim.wait(30000, function() return not has('mypy-eqxstate') end, 50)
finish({
  before = before, hover = told.result and told.result.contents.value, after = shown(),
  text = vim.api.nvim_buf_get_lines(0, 0, -1, false),
})
"""


@pytest.mark.skipif(NVIM is None, reason="nvim is not installed (Debian package neovim)")
def test_neovim_shows_both_servers_and_applies_a_quick_fix(tmp_path: Path) -> None:
    assert NVIM is not None
    (tmp_path / "mypy.ini").write_text("[mypy]\nplugins = mypy_eqxstate\n")
    (tmp_path / "tickets.py").write_text(KEYS)
    (tmp_path / "module.py").write_text(MODULE)
    (tmp_path / "script.lua").write_text(SCRIPT)
    told = tmp_path / "told.json"
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "TOLD": str(told),
        "OURS": json.dumps([sys.executable, "-m", "mypy_eqxstate", "lsp"]),
        "PYRIGHT": json.dumps([str(PYRIGHT), "--stdio"]),
    }
    subprocess.run(
        [NVIM, "--headless", "-u", "NONE", "-n", "-c", "luafile script.lua"],
        cwd=tmp_path,
        env=environment,
        timeout=240,
        check=True,
        capture_output=True,
    )
    result = json.loads(told.read_text())
    # Neovim counts columns in bytes.
    column = len('    return "ß😀" != "" and '.encode())
    assert f"mypy-eqxstate:7:{column}" in result["before"]
    assert "Pyright:6:16" in result["before"]
    assert result["hover"] == "**`key`**: Key, consumed by `key.turn` on line 5"
    assert result["text"][4:7] == [
        '    "ß😀"; key = key.turn()',
        '    text: int = "no number"',
        '    return "ß😀" != "" and key.look()',
    ]
    assert not any(each.startswith("mypy-eqxstate") for each in result["after"])
