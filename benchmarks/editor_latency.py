"""How long an editor waits: from a keystroke to diagnostics, cold start, memory.

A module with States of about 500 lines is opened in the language server; then one function is
edited again and again, which adds a finding or takes it away.  Times include the pause that the
server waits for more keystrokes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from generated_code import STATE, generate
from lsprotocol import types
from pygls.lsp.client import LanguageClient

GOOD, BAD = "        y, _ = model(batch, carry.state)\n", "        carry.state.set(None, None)\n"


async def measure(types_of: str, lines: int, edits: int) -> None:
    """Take the figures and print them.

    Args:
        types_of: who answers for the types, "mypy" or "pyrefly".
        lines: of the module.
        edits: how many.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = generate(Path(name), STATE, lines, lines)
        (folder / "mypy.ini").write_text("[mypy]\nplugins = mypy_eqxstate\n", encoding="utf-8")
        file = next(folder.glob("*.py"))
        text = file.read_text(encoding="utf-8")
        assert text.count(GOOD)
        client = LanguageClient("editor", "1")
        arrived: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()

        @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def publish(params: types.PublishDiagnosticsParams) -> None:
            arrived.put_nowait(params)

        begin = time.perf_counter()
        server_command = [sys.executable, "-m", "mypy_eqxstate", "lsp", "--types", types_of]
        await client.start_io(*server_command)
        await client.initialize_async(
            types.InitializeParams(types.ClientCapabilities(), root_uri=folder.as_uri())
        )
        client.initialized(types.InitializedParams())
        uri = file.as_uri()
        client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "python", 0, text))
        )
        await arrived.get()
        cold = time.perf_counter() - begin
        server = client._server
        assert server is not None
        times = []
        worked = _processor_time(server.pid)
        for number in range(1, edits + 1):
            new = text.replace(GOOD, BAD + GOOD, 1) if number % 2 else text
            begin = time.perf_counter()
            client.text_document_did_change(
                types.DidChangeTextDocumentParams(
                    types.VersionedTextDocumentIdentifier(number, uri),
                    [types.TextDocumentContentChangeWholeDocument(new)],
                )
            )
            said = await arrived.get()
            assert said.version == number and bool(said.diagnostics) == bool(number % 2)
            if number > 2:
                times.append(time.perf_counter() - begin)
        worked = (_processor_time(server.pid) - worked) / edits
        print(
            f"{types_of}, {text.count(chr(10))} lines, load {os.getloadavg()[0]:.1f}: "
            f"{statistics.median(times) * 1000:.0f} ms from a "
            f"keystroke to diagnostics (slowest {max(times) * 1000:.0f} ms; "
            f"{worked * 1000:.0f} ms of processor time each), {cold:.1f} s from the "
            f"start to the first ones; {', '.join(_memory(server.pid))}"
        )
        await client.shutdown_async(None)
        client.exit(None)
        await client.stop()


def _processor_time(process: int) -> float:
    """The seconds that a process and all below it have worked (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    worked = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return worked + sum(map(_processor_time, _children(process)))


def _children(process: int) -> list[int]:
    files = Path(f"/proc/{process}/task").glob("*/children")
    return [int(each) for file in files for each in file.read_text().split()]


def _memory(process: int) -> list[str]:
    """The memory of a process and all below it, those that have any to speak of (Linux)."""
    status = Path(f"/proc/{process}/status").read_text()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    found = [f"{Path(f'/proc/{process}/comm').read_text().strip()} {_mebibytes(resident)} MiB"]
    for child in _children(process):
        found += _memory(child)
    return found


def _mebibytes(line: str) -> int:
    return round(int(line.split()[1]) / 1024)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description="What an edit costs in the language server.")
    parser.add_argument("--lines", type=int, default=500)
    parser.add_argument("--edits", type=int, default=12)
    parser.add_argument("--types", choices=("mypy", "pyrefly"), nargs="*", help="default: both")
    options = parser.parse_args()
    for types_of in options.types or ("mypy", "pyrefly"):
        asyncio.run(measure(types_of, options.lines, options.edits))


if __name__ == "__main__":
    main()
