"""Asks the checker about programs: mypy with the plugin, in this process.

mypy reads the small stubs in `typings/` in place of Equinox and JAX, and this project's own stub of
`State`, so that one program takes a tenth of a second.
"""

from __future__ import annotations

import gc
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from mypy.build import build
from mypy.modulefinder import BuildSource
from mypy.options import Options

from mypy_eqxstate.mypy_plugin import EqxstatePlugin

ROOT = Path(__file__).resolve().parents[2]
_STUB = ROOT / "stubs" / "equinox-stubs" / "nn" / "_stateful.pyi"
_LINE = re.compile(r"^[^:]*:(?P<line>\d+): (?P<kind>error|note): (?P<text>.*)$")
_CODE = re.compile(r"\[(state-[a-z]+)\]$")
_CAUSE = re.compile(r"(?<!loop )on line (\d+)")
_RULES = ("state-reuse", "state-stale")
_PLACE = re.compile(r'^"([^"]+)"')
_MORE = re.compile(r"or by \d+ more calls")
_MAY = ("may have been consumed", "may be out of date", "may consume")


@dataclass(frozen=True)
class Report:
    """One error about an old State.

    Attributes:
        line: where it stands.
        rule: its code.
        text: the message.
        causes: the lines that it names.
    """

    line: int
    rule: str
    text: str
    causes: frozenset[int]

    @property
    def place(self) -> str:
        """What is old, as it is written."""
        match = _PLACE.match(self.text)
        return match[1] if match else ""

    @property
    def may(self) -> bool:
        """It says that the State is old on some paths only."""
        return any(words in self.text for words in _MAY)

    @property
    def is_abridged(self) -> bool:
        """It has more causes than it names."""
        return _MORE.search(self.text) is not None

    @property
    def in_a_loop(self) -> bool:
        """It speaks of an earlier turn: the first one goes without saying."""
        return "earlier iteration" in self.text


class Checker:
    """mypy with the plugin.

    Args:
        directory: for the stubs, the program and mypy's cache.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._asked = 0
        self._typings = directory / "typings"
        shutil.copytree(Path(__file__).parent / "typings", self._typings, dirs_exist_ok=True)
        shutil.copy(_STUB, self._typings / "equinox" / "nn")

    def reports(self, source: str) -> list[Report]:
        """What is reported about old States.

        Raises:
            AssertionError: our own code reports an internal fault.
        """
        path = self._directory / "program.py"
        path.write_text(source, encoding="utf-8")
        # mypy takes a file of the same size and time for the same file.
        self._asked += 1
        os.utime(path, (self._asked, self._asked))
        options = Options()
        options.cache_dir = str(self._directory / "cache")
        options.python_executable = sys.executable
        options.mypy_path = [str(self._typings), str(ROOT)]
        options.native_parser = True
        _set_aside_what_is_alive(self._asked)
        result = build(
            [BuildSource(str(path), "program")], options, extra_plugins=[EqxstatePlugin(options)]
        )
        found = []
        for text in result.errors:
            match = _LINE.match(text)
            assert match is not None, text
            code = _CODE.search(text)
            if match["kind"] == "error":
                # What mypy itself says against a program's types is of no interest.
                if code is not None and code[1] in _RULES:
                    line, named = int(match["line"]), _CAUSE.findall(match["text"])
                    # "... passed together with ...": the call itself is the cause.
                    causes = frozenset(map(int, named)) or frozenset({line})
                    found.append(Report(line, code[1], match["text"], causes))
            else:
                assert "internal" not in text, text
        return found


def _set_aside_what_is_alive(count: int) -> None:
    """The plugin finds mypy's objects by their referrers: it should not search all our memory."""
    if count % 50 == 1:
        gc.unfreeze()
        gc.collect()
    gc.freeze()
