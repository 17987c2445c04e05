"""The sources of whole libraries through mypy with the plugin.

    python -m tests.torture.through_mypy [--corpus NAME] [--every N [--from K]] [--write FILE]

mypy and the plugin leave code alone that Equinox is not imported in.  So each file is copied into a
package of copies, with such an import at its end, and mypy checks all functions of it, annotated or
not.  Comments that silence mypy are made harmless.  Wanted: mypy comes to its end, no internal
fault of the plugin, no error of it in code without States.  Prints a row a corpus, and each line
that is wrong.

Limits: a copy has lost its neighbours, so that what it imports from them has no type.  A file that
mypy refuses to read (Python 2, a type comment that is none) is taken out and counted.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tests.torture.drive import text_of
from tests.torture.files import corpora, write_table

TITLES: Final = ("corpus", "files", "lines", "refused", "seconds", "faults", "alarms", "crashes")
# Modules in which there really are States.
_ABOUT_STATES: Final = ("equinox",)
_SILENCER: Final = re.compile(r"#(\s*)(type:\s*ignore|mypy:)")
_COMPLAINT: Final = re.compile(r"^(?P<path>copies/\w+\.py):(?:\d+:)? error: ")
_ALARM: Final = re.compile(r"\[(state-\w+|eqxstate)\]$")
_FAULT: Final = "internal fault"
_AT_ONCE: Final = 150
_SETTINGS: Final = """\
[mypy]
plugins = mypy_eqxstate
ignore_missing_imports = True
check_untyped_defs = True
follow_imports = silent
"""


class Tally(NamedTuple):
    """What came of a corpus.

    Attributes:
        files, lines: what was checked.
        refused: files that mypy does not read.
        seconds: of mypy as a whole.
        faults, alarms: the lines that tell of one.
        crashes: what mypy said where it did not come to its end.
    """

    files: int
    lines: int
    refused: int
    seconds: float
    faults: list[str]
    alarms: list[str]
    crashes: list[str]


def _copy(files: Sequence[Path], folder: Path) -> dict[str, tuple[Path, int]]:
    """Copy the files that Python can read; by copy, the original and its number of lines."""
    copies: dict[str, tuple[Path, int]] = {}
    package = folder / "copies"
    package.mkdir()
    (package / "__init__.py").touch()
    for number, path in enumerate(files):
        text = text_of(path)
        if text is None:
            continue
        text = _SILENCER.sub(r"#\1no \2", text)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        name = f"copies/n{number}.py"
        (folder / name).write_text(f"{text}\nimport equinox as _equinox\n", encoding="utf-8")
        copies[name] = path, text.count("\n") + 1
    return copies


def _mypy(folder: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    options = ("--config-file", "mypy.ini", "--cache-dir", str(cache))
    said = ("--soft-error-limit=-1", "--no-error-summary", "--show-traceback", "copies")
    return subprocess.run(
        [sys.executable, "-m", "mypy", *options, *said],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def check(files: Sequence[Path], cache: Path) -> Tally:
    """Check some files in one run of mypy.

    Args:
        files: the originals.
        cache: mypy's cache, for what they import.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "mypy.ini").write_text(_SETTINGS, encoding="utf-8")
        copies = _copy(files, folder)
        refused = len(files) - len(copies)
        begin = time.monotonic()
        done = _mypy(folder, cache)
        while done.returncode not in (0, 1):
            # A first line that names a copy: mypy stops at what it can't read.
            complaint = _COMPLAINT.match(done.stdout)
            if complaint is None or "INTERNAL ERROR" in done.stdout + done.stderr:
                crash = (done.stdout + done.stderr).strip()
                return Tally(0, 0, refused, time.monotonic() - begin, [], [], [crash])
            (folder / complaint["path"]).unlink()
            del copies[complaint["path"]]
            refused += 1
            done = _mypy(folder, cache)
        seconds = time.monotonic() - begin

    def originals(line: str) -> str:
        copy, _, rest = line.partition(":")
        return f"{copies[copy][0]}:{rest}" if copy in copies else line

    output = done.stdout.splitlines() + done.stderr.splitlines()
    return Tally(
        len(copies),
        sum(lines for _, lines in copies.values()),
        refused,
        seconds,
        [originals(line) for line in output if _FAULT in line],
        [originals(line) for line in output if _ALARM.search(line) and _FAULT not in line],
        [],
    )


def main() -> int:
    """Check as the command line says; the exit status is 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", action="append", help="only this one; may be repeated")
    parser.add_argument("--every", type=int, default=1, help="only every n-th file")
    parser.add_argument("--from", type=int, default=0, dest="first", help="how many to pass over")
    parser.add_argument("--write", type=Path, help="a file for the rows, separated by tabs")
    arguments = parser.parse_args()
    rows: list[tuple[str, ...]] = [TITLES]
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as cache:
        for name, files in corpora().items():
            if arguments.corpus and name not in arguments.corpus:
                continue
            some = files[arguments.first :: arguments.every]
            parts = [
                check(some[first : first + _AT_ONCE], Path(cache))
                for first in range(0, len(some), _AT_ONCE)
            ]
            faults = [line for part in parts for line in part.faults]
            alarms = [line for part in parts for line in part.alarms]
            crashes = [text for part in parts for text in part.crashes]
            sums = (
                sum(part.files for part in parts),
                sum(part.lines for part in parts),
                sum(part.refused for part in parts),
                round(sum(part.seconds for part in parts)),
            )
            counts = map(len, (faults, alarms, crashes))
            rows.append((name, *map(str, sums), *map(str, counts)))
            print(*rows[-1], sep="\t", flush=True)
            found = [*faults, *crashes, *([] if name in _ABOUT_STATES else alarms)]
            print(*found, sep="\n", flush=True)
            wrong += found
    if arguments.write:
        write_table(arguments.write, rows)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
