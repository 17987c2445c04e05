"""A daemon in this process whose every analysis is compared with one that knows nothing before.

    python -m tests.resident.twice < steps.json

Steps are a list of {file: text}; after each of them `edited.py` is checked.  For each step a
`Said` comes out.  It takes a process of its own, because mypy and the plugin have their daemon's
memory in global variables.
"""

from __future__ import annotations

import ast
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from mypy.checker import TypeChecker
from mypy.dmypy_server import Server, process_start_options
from mypy.nodes import MypyFile

from mypy_eqxstate import module_check, resident
from mypy_eqxstate.analysis import AnalysisResult
from mypy_eqxstate.flow.solutions import Earlier, Solutions
from mypy_eqxstate.module_check import ModuleCheck, Residence
from mypy_eqxstate.report.stored import Memory, remember_in
from mypy_eqxstate.resident import Resident

EDITED = "edited.py"


@dataclass(frozen=True)
class Said:
    """What came of one check.

    Attributes:
        output: mypy's.
        differences: how the analysis of the module differs from one that knows nothing before.
        reused: the functions whose solutions were taken over, by name.
        kept: how many solutions there are now for the next analysis.
        findings: how many findings there are.
    """

    output: str
    differences: list[str]
    reused: list[str]
    kept: int
    findings: int


class _Watched(Solutions):
    """Solutions of which the last ones are to be had."""

    last: Solutions | None = None

    def __init__(self, path: str, earlier: Earlier | None = None) -> None:
        super().__init__(path, earlier)
        _Watched.last = self


class _Empty(Resident):
    """A memory without anything in it, for whose sake no object is forgotten."""

    @property
    def keeps_objects(self) -> bool:
        """Others still need them."""
        return True


class _Compared(ModuleCheck):
    """The analysis of a module, with what is left of earlier ones and without."""

    differences: list[str]
    findings = 0

    def _analyze_again(
        self,
        tree: MypyFile,
        checker: TypeChecker,
        module: ast.Module,
        text: str,
        residence: Residence,
    ) -> AnalysisResult | None:
        result = super()._analyze_again(tree, checker, module, text, residence)
        if tree.path != EDITED:
            return result
        if result is None:
            _Compared.differences.append("the analysis was in doubt")
            return None
        empty = Residence(_Empty(), residence.concerned, residence.dependencies, residence.needs)
        fresh_check = ModuleCheck(self._manager, self._configuration, self._concerned, empty)
        fresh = fresh_check._analyze(tree, checker, ast.parse(text), text)
        for name in ("findings", "modules", "faults", "limits", "standings"):
            ours, theirs = getattr(result, name), getattr(fresh, name)
            if list(map(repr, ours)) != list(map(repr, theirs)):
                _Compared.differences.append(f"{name}: {ours!r} instead of {theirs!r}")
        _Compared.findings = len(fresh.findings)
        return result


class Daemon:
    """A daemon in this process.

    Args:
        folder: an empty folder, which becomes the current one.
        standings: an editor wants to know how places stand.
    """

    def __init__(self, folder: Path, standings: bool = False) -> None:
        os.chdir(folder)
        self._time = 1_700_000_000
        Path("mypy.ini").write_text("[mypy]\nplugins = mypy_eqxstate\n", encoding="utf-8")
        vars(module_check)["ModuleCheck"] = _Compared
        vars(resident)["Solutions"] = _Watched
        if standings:
            remember_in(Memory(standings={}))
        options = process_start_options(["--config-file", "mypy.ini"], allow_sources=False)
        self._server = Server(options, "status.json")

    def check(self, files: Mapping[str, str]) -> Said:
        """Write some files and check `edited.py`."""
        for name, text in files.items():
            Path(name).write_text(text, encoding="utf-8")
            self._time += 10
            os.utime(name, (self._time, self._time))
        _Compared.differences, _Compared.findings, _Watched.last = [], 0, None
        said = self._server.cmd_check([EDITED], export_types=False, is_tty=False, terminal_width=80)
        last = _Watched.last
        return Said(
            str(said["out"]) + str(said["err"]),
            _Compared.differences,
            [] if last is None else last.reused,
            0 if last is None else len(last.kept),
            _Compared.findings,
        )


def main() -> None:
    """Read steps, and write what was said."""
    steps = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(Path(folder))
        said = [asdict(daemon.check(files)) for files in steps]
        os.chdir("/")
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
