"""Copies of whole repositories for mypy to check: what the scripts of this folder share.

A `Checkout` is a copy of a repository's Python files in a folder to work in, so that files can be
changed and the original stays as it is. In the copy

- notebooks become scripts `name_ipynb.py`, if asked for: their code cells in order, with the lines
  of IPython's own commands commented out,
- `# type: ignore` and `# mypy:` comments are made harmless; what they'd silence is of interest,
- every line keeps its number.

mypy is run with a configuration of our own, and the repository's is not read. A `src` folder is a
root of imports, as is the repository itself. Where mypy refuses a file and stops (a syntax error, a
name that cannot be a module's), the file is taken out of the copy, remembered in `refused`, and
mypy is run again.

Several checkouts may share one cache: what they import of other projects is then read once.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_LEFT_OUT = frozenset({"__pycache__", "site-packages", "node_modules", "build", "dist", "venv"})
_SILENCER = re.compile(r"#(\s*)(type:\s*ignore|mypy:)")
_ERROR = re.compile(
    r"^(?P<path>[^:\n]+):(?:(?P<line>\d+):)? (?P<kind>error|note): (?P<text>.*?)"
    r"(?:  \[(?P<code>[a-z-]+)\])?$"
)
_OWN_CODES = ("state-", "eqxstate")
FAULT = "mypy_eqxstate: internal fault"
SETTINGS = (
    "ignore_missing_imports = True\nexplicit_package_bases = True\nnamespace_packages = True\n"
)


@dataclass(frozen=True, order=True)
class Message:
    """One line of mypy's output.

    Attributes:
        path: the file, relative to the repository.
        line: the line, 0 where mypy names none.
        kind: `error` or `note`.
        code: the error's code, empty if it has none.
        text: what is said.
    """

    path: str
    line: int
    kind: str
    code: str
    text: str

    def is_alarm(self) -> bool:
        """Whether it is an error of the plugin."""
        return self.kind == "error" and self.code.startswith(_OWN_CODES)

    def is_fault(self) -> bool:
        """Whether it tells of an internal fault of the plugin."""
        return FAULT in self.text


class Checkout:
    """A copy of a repository that mypy can check.

    Args:
        repository: the folder to copy.
        folder: an empty folder for the copy.
        cache: mypy's cache, which may be shared.
        excluded: paths of files and folders of the repository to leave out.
        notebooks: whether to convert notebooks.
        affine: further affine classes and type variables, as in the plugin's configuration.

    Attributes:
        refused: files that mypy does not check, with its reason.
    """

    def __init__(
        self,
        repository: Path,
        folder: Path,
        cache: Path,
        excluded: Collection[str] = (),
        notebooks: bool = False,
        affine: str = "",
    ) -> None:
        self.name = repository.name
        self.files = folder / self.name
        self.cache = cache
        self.refused: dict[str, str] = {}
        self._moment = 0
        self._configuration = folder / f"{self.name}.ini"
        if self.files.exists():
            shutil.rmtree(self.files)
        self.files.mkdir(parents=True)
        for source in sorted(repository.rglob("*")):
            inside = source.relative_to(repository)
            if source.is_file() and not _is_left_out(inside, excluded):
                self._copy(source, inside, notebooks)
        own = f"[mypy_eqxstate]\naffine = {affine}\n" if affine else ""
        self._configuration.write_text(f"[mypy]\nplugins = mypy_eqxstate\n{SETTINGS}{own}")

    def _copy(self, source: Path, inside: Path, notebooks: bool) -> None:
        if source.suffix in (".py", ".pyi"):
            text = source.read_bytes().decode("utf-8", errors="replace")
        elif source.suffix == ".ipynb" and notebooks:
            text = notebook_as_script(source)
            stem = re.sub(r"\W", "_", f"n_{source.stem}_ipynb")
            inside = inside.with_name(f"{stem}.py")
        else:
            return
        target = self.files / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_SILENCER.sub(r"#\1no \2", text), encoding="utf-8")

    def paths(self) -> list[str]:
        """The files of the copy that are not refused, relative to it."""
        found = (path.relative_to(self.files).as_posix() for path in self.files.rglob("*.py"))
        return sorted(found)

    def read(self, path: str) -> str:
        """The text of a file of the copy."""
        return (self.files / path).read_text(encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        """Replace the text of a file of the copy."""
        target = self.files / path
        target.write_text(text, encoding="utf-8")
        # Two texts of one size within a second are the same to mypy.
        self._moment = max(self._moment + 1, int(time.time()))
        os.utime(target, (self._moment, self._moment))

    def check(self) -> list[Message]:
        """Run mypy; what it says, in its order.

        Raises:
            RuntimeError: if mypy stops and does not say which file it refuses.
        """
        while True:
            done = self._run()
            messages = parse(done.stdout)
            if done.returncode in (0, 1):
                return messages
            if not refuse(self.files, messages, self.refused):
                text = (done.stdout + done.stderr).strip()
                raise RuntimeError(text[-2000:] or f"mypy ends with status {done.returncode}")

    def close(self) -> None:
        """Let go of what runs for this copy: nothing, here."""

    def _run(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                *(sys.executable, "-m", "mypy", "--config-file", str(self._configuration)),
                *("--cache-dir", str(self.cache), "--soft-error-limit=-1", "--no-error-summary"),
                *("--show-traceback", "."),
            ],
            cwd=self.files,
            env=environment(self.files),
            capture_output=True,
            text=True,
            check=False,
        )


def refuse(files: Path, messages: Iterable[Message], refused: dict[str, str]) -> bool:
    """Take the first file out that mypy complains about when it stops.

    Args:
        files: the folder in which mypy ran.
        messages: what it said.
        refused: gets the file and the complaint.

    Returns:
        Whether there is such a file.
    """
    for message in messages:
        path = files / message.path
        if message.kind == "error" and path.is_file():
            path.unlink()
            refused[message.path] = message.text
            return True
    return False


def environment(files: Path) -> dict[str, str]:
    """The environment for mypy: a `src` folder is a root of imports."""
    places = [str(files / "src")] if (files / "src").is_dir() else []
    if os.environ.get("MYPYPATH"):
        places.append(os.environ["MYPYPATH"])
    return {**os.environ, "MYPYPATH": os.pathsep.join(places)}


def parse(output: str) -> list[Message]:
    """Take mypy's output apart; lines of another form are left out."""
    found = []
    for line in output.splitlines():
        match = _ERROR.match(line)
        if match:
            number = int(match["line"] or 0)
            code = match["code"] or ""
            found.append(Message(match["path"], number, match["kind"], code, match["text"]))
    return found


def notebook_as_script(path: Path) -> str:
    """The code cells of a notebook, one after the other."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8")).get("cells", [])
    except ValueError:
        return ""
    lines: list[str] = []
    for cell in cells:
        if cell.get("cell_type") != "code":
            continue
        source = cell.get("source", [])
        text = source if isinstance(source, str) else "".join(source)
        if text.startswith("%%"):
            continue
        for line in text.splitlines():
            is_command = line.lstrip().startswith(("%", "!", "?"))
            lines.append(re.sub(r"^(\s*)", r"\1pass  # ", line, count=1) if is_command else line)
        lines.append("")
    return "\n".join(lines) + "\n"


def _is_left_out(inside: Path, excluded: Collection[str]) -> bool:
    if any(part.startswith(".") or part in _LEFT_OUT for part in inside.parts):
        return True
    places: Sequence[Path] = (inside, *inside.parents)
    return any(place.as_posix() in excluded for place in places)
