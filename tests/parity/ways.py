"""The ways of running mypy that are compared: cold, warm, in workers, as a daemon."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
WARM: Final[dict[str, tuple[str, ...]]] = {
    "default": (),
    "workers": ("-n", "2"),
    "files": ("--no-sqlite-cache",),
    "json": ("--no-fixed-format-cache",),
    "json files": ("--no-fixed-format-cache", "--no-sqlite-cache"),
    "fine-grained": ("--cache-fine-grained",),
    "no incremental": ("--no-incremental",),
    "workers, files": ("-n", "2", "--no-sqlite-cache"),
}
# What is checked: each family has its own cold run.
FAMILIES: Final[dict[str, tuple[str, ...]]] = {
    "all": (".",),
    "silent": ("--follow-imports=silent", "train.py", "evaluate.py", "far.py", "loose.py"),
    "skip": ("--follow-imports=skip", "train.py", "helpers.py", "core.py"),
    "package": ("-p", "package", "-m", "far", "-m", "loose"),
    "another Python": ("--python-version=3.14", "."),
    "no namespaces": (
        "--no-namespace-packages",
        "--no-explicit-package-bases",
        "train.py",
        "far.py",
    ),
}
# "follow-imports=silent not supported", says the daemon (`test_faults_of_mypy.py`).
NOT_IN_DAEMON: Final = frozenset({"silent"})
_OURS: Final = re.compile(
    r": (error|note): .*(\[state-[a-z]+\]$|mypy_eqxstate"
    r"|was consumed here|was handed over here|takes it over here|is declared to consume)"
)


def environment() -> dict[str, str]:
    """The variables of a mypy that finds this checkout."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "MYPYPATH": str(ROOT), "MYPY_FORCE_COLOR": "0"}


def by_file(lines: Iterable[str]) -> list[str]:
    """Lines in the order of their files; within a file as they are.

    Without mypy's "See https://...": it says that once in each process, so the place of it depends
    on which modules are checked where, with the plugin and without.
    """
    kept = [line for line in lines if ": note: See https://" not in line]
    return sorted(kept, key=lambda line: line.partition(":")[0])


def ours(lines: Iterable[str]) -> list[str]:
    """The lines that the plugin has to do with."""
    return [line for line in lines if _OURS.search(line)]


@dataclass
class Batch:
    """Mypy, with a cache of its own or without any.

    Args:
        root: the directory of the program.
        cache: the name of the cache; None if there is none.
        options: mypy's.
        target: what to check.
    """

    root: Path
    cache: str | None
    options: Sequence[str]
    target: Sequence[str]

    def run(self) -> list[str]:
        """Mypy's lines.

        Raises:
            RuntimeError: mypy crashed.
        """
        cache = os.devnull if self.cache is None else str(self.root.parent / self.cache)
        command = [sys.executable, "-m", "mypy", "--no-error-summary", "--show-traceback"]
        return _lines(
            [*command, "--cache-dir", cache, *self.options, *self.target], self.root, (0, 1, 2)
        )


@dataclass
class Daemon:
    """Mypy's daemon.

    Args:
        root: the directory of the program.
        name: tells it from others.
        target: what to check.
        commands: `run`, which notices changes of mypy's options, or `check` and `recheck`.
    """

    root: Path
    name: str
    target: Sequence[str]
    commands: str = "run"

    def __post_init__(self) -> None:
        self._files: set[str] = set()
        self._ini = ""
        self._running = False

    def run(self) -> list[str]:
        """The daemon's lines; it is started where that is needed.

        Raises:
            RuntimeError: it crashed.
        """
        options = ["--no-error-summary", "--show-traceback"]
        if self.commands == "run":
            self._running = True
            return self._dmypy("run", "--timeout", "600", "--", *options, *self.target)
        ini = (self.root / "mypy.ini").read_text(encoding="utf-8")
        if ini != self._ini:
            self.stop()
            self._dmypy("start", "--timeout", "600", "--", *options)
            self._ini, self._running, self._files = ini, True, set()
        before, self._files = self._files, {str(p) for p in self.root.rglob("*.py*")}
        if before == self._files:
            lines = self._dmypy("recheck")
            # There was nothing but a syntax error so far.
            if not any("only valid after a 'check' command" in line for line in lines):
                return lines
        return self._dmypy("check", *self.target)

    def stop(self) -> None:
        """End the daemon."""
        if self._running:
            self._dmypy("stop")
            self._running = False

    def _dmypy(self, *arguments: str) -> list[str]:
        status = str(self.root.parent / f"{self.name}.json")
        command = [sys.executable, "-m", "mypy.dmypy", "--status-file", status, *arguments]
        lines = _lines(command, self.root, (0, 1, 2))
        return [line for line in lines if not line.startswith(("Daemon st", "Restarting"))]


def _lines(command: list[str], root: Path, statuses: tuple[int, ...]) -> list[str]:
    done = subprocess.run(
        command,
        cwd=root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    text = done.stdout + done.stderr
    if done.returncode not in statuses or "Traceback" in text:
        raise RuntimeError(f"{' '.join(command)}\n{text}")
    return text.splitlines()
