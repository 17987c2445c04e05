"""Checking with pyrefly's types: the same request and result, without a run of mypy.

`Served` takes the place of `Resident`.  mypy still reads the command line and the configuration, so
that files, `exclude`, `disable_error_code` and sections for single modules mean what they mean to
mypy; then pyrefly's type server answers for the types, and stays for the next check.

    served = Served(Request(paths=("train.py",)))
    served.check({"train.py": text}).findings

Limits: only the files that are named are reported, not those that they import.  `type_errors` is 0,
because nobody looks for them.  Follow-imports settings don't count: all imports are followed.
Syntax errors in files that are not named don't stop the check, as they would stop mypy.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from mypy.errorcodes import ErrorCode
from mypy.options import Options

from mypy_eqxstate.checking.overlay import OverlayFileSystem
from mypy_eqxstate.checking.request import (
    Prepared,
    Request,
    find_modules,
    prepare,
    without_doubles,
)
from mypy_eqxstate.checking.result import CheckResult, FileReport, library_is_missing
from mypy_eqxstate.checking.unreadable import Unreadable
from mypy_eqxstate.config import Configuration, read_configuration
from mypy_eqxstate.contracts.notation import parse_row
from mypy_eqxstate.oracle.tsp.check import TspChecker
from mypy_eqxstate.report.codes import EQXSTATE, RULES
from mypy_eqxstate.report.configuration import problem_findings
from mypy_eqxstate.report.finding import Finding, ModuleReport


class Served:
    """A type server that follows the files, and the unsaved texts of an editor.

    Args:
        request: what is to be checked, and how.
        command: how to start the type server; pyrefly's if None.
    """

    def __init__(self, request: Request, command: list[str] | None = None) -> None:
        self._request = request
        self._command = command
        self._files = OverlayFileSystem()
        self._unreadable = Unreadable(self._files)
        self._checker: TspChecker | None = None
        self._settings: object = None
        self._sources: frozenset[str] = frozenset()

    def check(
        self, unsaved: Mapping[str, str] | None = None, paths: tuple[str, ...] | None = None
    ) -> CheckResult:
        """Check all files that are named.

        Args:
            unsaved: texts that count instead of files, by path: all of them, at each check.
            paths: files and folders to check instead of those of the request, at this check.

        Raises:
            CannotRunError: mypy does not accept the request or the configuration.
        """
        self._files.lay(unsaved or {})
        request = self._request if paths is None else replace(self._request, paths=paths)
        prepared = prepare(request, self._files)
        find_modules(prepared, self._files)
        # What mypy does at the beginning of a build; it reports codes that don't exist itself.
        prepared.options.process_error_codes(error_callback=lambda text: None)
        left_out = without_doubles(prepared, self._sources)
        self._sources = frozenset(s.path for s in prepared.sources if s.path is not None)
        named = self._files_of(prepared)
        result = CheckResult(
            warnings=prepared.warnings,
            sources=tuple(prepared.shown(path) for path in named),
            left_out=left_out,
        )
        blockers = self._unreadable.among(named)
        if blockers:
            told = (replace(b, path=prepared.shown(b.path)) for b in blockers if b.path is not None)
            watched = frozenset(map(os.path.abspath, named))
            return replace(result, blockers=tuple(told), watched=watched)
        checker = self._checker_for(prepared.options)
        overlays = {Path(path).resolve(): text for path, text in (unsaved or {}).items()}
        by_file = {Path(path).resolve(): path for path in named}
        reports = checker.check(list(by_file), overlays)
        found = list(_of_configuration(prepared, checker.configuration))
        for file, report in reports.items():
            path = by_file[file]
            options = prepared.options.clone_for_module(named[path])
            found.append(_file_report(prepared.shown(path), report, options, prepared.shown))
        missing = _missing_library(prepared, checker)
        return replace(
            result,
            files=tuple(
                sorted(
                    (file for file in found if file.findings or file.limits or file.faults),
                    key=lambda file: file.path,
                )
            ),
            warnings=(*prepared.warnings, *missing),
            unchecked=(*missing, *([] if checker.fault is None else [str(checker.fault)])),
            watched=frozenset(map(str, checker.watched)),
            standings={
                os.path.abspath(by_file[file]): tuple(report.standings)  # noqa: PTH100
                for file, report in reports.items()
                if report.standings
            },
        )

    def _files_of(self, prepared: Prepared) -> dict[str, str]:
        """The files that are to be checked, each with the name of its module.

        A folder without an `__init__.py` is an empty module to mypy.
        """
        return {
            source.path: source.module
            for source in prepared.sources
            if source.path is not None and not self._files.isdir(source.path)
        }

    def close(self) -> None:
        """End the type server; the next check starts a new one."""
        if self._checker is not None:
            self._checker.close()
            self._checker = None

    def _checker_for(self, options: Options) -> TspChecker:
        """The checker for these settings; a new one if they have changed."""
        configuration = read_configuration(options.config_file, parse_row)
        settings = (configuration.digest(), options.python_executable, tuple(options.mypy_path))
        if self._checker is None or settings != self._settings:
            self.close()
            self._settings = settings
            self._checker = TspChecker(
                configuration,
                command=self._command,
                python=options.python_executable,
                search_path=[Path(directory) for directory in options.mypy_path],
                observe=self._request.observe,
            )
        return self._checker


def _missing_library(prepared: Prepared, checker: TspChecker) -> list[str]:
    """A warning if Equinox is not found: then there are no States to be found."""
    importers = checker.without_library[:1]
    return [library_is_missing(prepared.shown(str(file)), "pyrefly") for file in importers]


def _of_configuration(prepared: Prepared, configuration: Configuration) -> Iterator[FileReport]:
    """What is wrong with the configuration."""
    config_file = prepared.options.config_file
    if config_file and configuration.problems:
        found = problem_findings(config_file, configuration.problems)
        if _is_shown("state-contract", prepared.options):
            yield FileReport(config_file, tuple(found))


def _file_report(
    path: str, report: ModuleReport, options: Options, shown: Callable[[str], str]
) -> FileReport:
    """What is to be said about a file.

    Args:
        path: the file as it is shown.
        report: what was found in it.
        options: mypy's options for its module.
        shown: how paths are written.
    """
    if options.ignore_errors:
        return FileReport(path)
    return FileReport(
        path,
        tuple(_shown(f, shown) for f in report.findings if _is_shown(f.rule, options)),
        tuple(report.limits),
        tuple(map(str, report.faults)),
    )


def _is_shown(rule: str, options: Options) -> bool:
    """Whether the configuration leaves a rule switched on."""
    code: ErrorCode = RULES_BY_NAME[rule]
    if code in options.disabled_error_codes:
        return False
    return EQXSTATE not in options.disabled_error_codes or code in options.enabled_error_codes


def _shown(finding: Finding, shown: Callable[[str], str]) -> Finding:
    """A finding with the paths of its notes written as mypy writes them."""
    notes = tuple(
        note if note.path is None else replace(note, path=shown(note.path))
        for note in finding.notes
    )
    return replace(finding, notes=notes)


RULES_BY_NAME = {code.code: code for code in RULES}
