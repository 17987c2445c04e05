"""What a run hands back: findings by file, and what kept it from being complete.

mypy's own errors are not part of it, but for those that stop mypy (`Blocker`), and their number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mypy_eqxstate.fullnames import LIBRARY
from mypy_eqxstate.report.finding import Finding, Position, Standing


@dataclass(frozen=True, slots=True)
class FileReport:
    """What is to be said about one file.

    Attributes:
        path: the file as mypy shows it: relative to the working directory if it is below it. Also
            the configuration file, with findings of the rule `state-contract`.
        findings: what is wrong and not suppressed, in the order of their places. The paths of
            notes are written as `path` is.
        limits: what is not checked in this file, and why, one text each.
        faults: internal faults of this package while the file was checked, one text each.
    """

    path: str
    findings: tuple[Finding, ...] = ()
    limits: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Blocker:
    """Something that stopped mypy before it had checked everything.

    Attributes:
        message: mypy's sentence.
        path: the file it is about, written as in `FileReport`; None if it is about none.
        position: where in the file; None if mypy does not say. mypy gives no end for syntax errors:
            then the end is the beginning.
        code: mypy's error code, `syntax` for instance; None if it has none.
    """

    message: str
    path: str | None = None
    position: Position | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one run.

    Attributes:
        files: only files of which there is something to say, in the order of their paths.
        blockers: what stopped mypy. If there are any, `files` is empty: a run that was broken off
            says nothing about the code.
        warnings: what mypy had to say about its configuration, one line each; and that Equinox is
            imported where mypy does not find it, so that nothing can be known of States.
        unchecked: why not all was checked that had to be, one text each, though nothing stopped the
            check: what was found stands. Each is also among the warnings or a file's faults.
        sources: the files that were named to be checked, written as in `FileReport`.
        watched: the files of the user's own (not of installed packages) that the result rests on,
            by their absolute paths. If mypy was stopped, only the sources are known.
        type_errors: how many errors of its own mypy found.
        standings: how places stand in the sources, by their absolute paths, if that was asked for.
            A file that mypy did not have to check again may be missing in a run of its own
            (`batch.py`).
        left_out: files that were not checked, because one that was is the same module to mypy
            (`a/train.py` and `b/train.py`, no packages), as they were named.
    """

    files: tuple[FileReport, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    warnings: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    watched: frozenset[str] = frozenset()
    type_errors: int = 0
    standings: Mapping[str, tuple[Standing, ...]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    @property
    def findings(self) -> list[tuple[str, Finding]]:
        """All findings, each with its file."""
        return [(file.path, finding) for file in self.files for finding in file.findings]


def library_is_missing(path: str, checker: str) -> str:
    """The warning that nothing is known of States, because their library is not found.

    Args:
        path: a file that imports it.
        checker: who looks for it.
    """
    return (
        f"{path} imports {LIBRARY}, which {checker} does not find: its States are not checked; "
        "install it beside mypy, or name an interpreter that has it (--python-executable)"
    )
