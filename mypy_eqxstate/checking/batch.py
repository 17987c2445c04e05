"""One run of mypy in this process, with its cache: `check`.

The rows that mypy puts out are the same cold, warm and with parallel workers; what they don't hold
is looked up where the plugin has kept it (`report/stored.py`).  If something is missing there, the
modules concerned are taken out of mypy's cache, and mypy runs once more.

Worked example.  Two rows, an error of ours and one of mypy's own, become one `FileReport` with one
finding, and `type_errors == 1`.

Limits: mypy keeps much of its state in global variables, so there can be one run at a time in a
process.  A run with unsaved texts writes what it learns of them into the cache, too: correct, but
the next run on the files as they are has to check these modules again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from mypy.build import BuildResult, build
from mypy.defaults import RECURSION_LIMIT
from mypy.errors import CompileError

from mypy_eqxstate.checking import rows
from mypy_eqxstate.checking.overlay import OverlayFileSystem
from mypy_eqxstate.checking.request import CannotRunError, Prepared, Request, prepare
from mypy_eqxstate.checking.result import Blocker, CheckResult, library_is_missing
from mypy_eqxstate.fullnames import LIBRARY
from mypy_eqxstate.report import stored
from mypy_eqxstate.report.finding import Finding

Progress = Callable[[str], None]


def check(
    request: Request,
    unsaved: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> CheckResult:
    """Run mypy once.

    Args:
        request: what is to be checked, and how.
        unsaved: texts that count instead of files, by path.
        progress: is given the file that mypy has just finished; for cached files only if there are
            errors in them.

    Raises:
        CannotRunError: mypy does not accept the request or the configuration, or has crashed.
    """
    files = OverlayFileSystem()
    files.lay(unsaved or {})
    prepared = prepare(request, files)
    if unsaved:
        prepared.options.num_workers = 0  # they have a view of the files of their own
    result, unknown = _run(prepared, files, progress)
    if unknown:
        files.flush()
        result, _ = _run(prepared, files, progress)
    return result


def _run(
    prepared: Prepared, files: OverlayFileSystem, progress: Progress | None
) -> tuple[CheckResult, set[str]]:
    """The result of a run, and the files of which a finding was not known with its notes."""
    lines: list[str] = []
    last: list[str] = []

    def take(path: str | None, messages: list[str], is_serious: bool) -> None:
        lines.extend(messages)
        if path is None:
            last.extend(messages)
        elif progress is not None:
            progress(path)

    stored.remember_in(stored.Memory(standings={} if prepared.observe else None))
    sys.setrecursionlimit(max(RECURSION_LIMIT, sys.getrecursionlimit()))
    try:
        built = build(
            prepared.sources,
            prepared.options,
            flush_errors=take,
            fscache=files,
            stdout=sys.stderr,
            stderr=sys.stderr,
        )
    except CompileError as error:
        return broken_off(prepared, last or error.messages), set()
    except SystemExit as error:
        raise CannotRunError(f"mypy has crashed (exit status {error.code})") from None
    try:
        return collect(prepared, lines, built)
    finally:
        built.manager.metastore.close()


def broken_off(prepared: Prepared, lines: list[str]) -> CheckResult:
    """The result of a run that mypy broke off.

    Args:
        prepared: what was to be checked.
        lines: mypy's last words.
    """
    errors = [row for row in rows.parse(lines) if row.is_error]
    blocking = [row for row in errors if not row.is_finding]
    return CheckResult(
        blockers=tuple(_explained(row.blocker()) for row in blocking or errors),
        warnings=prepared.warnings,
        sources=tuple(map(prepared.shown, _sources(prepared))),
        watched=_absolute(_sources(prepared)),
    )


def _explained(blocker: Blocker) -> Blocker:
    """What stopped mypy, with what to do about it where mypy's own sentence does not tell.

    mypy takes a partial stub package whose package is missing for something that it can't read.
    """
    path = Path(blocker.path or "")
    if path.name != LIBRARY or path.exists():
        return blocker
    message = (
        "equinox is not installed here; install it, or name an interpreter that has it with "
        "--python-executable"
    )
    return replace(blocker, message=message)


def collect(
    prepared: Prepared, lines: list[str], built: BuildResult
) -> tuple[CheckResult, set[str]]:
    """The result of a run that mypy has finished.

    Args:
        prepared: what was checked.
        lines: mypy's output.
        built: mypy's build, its store still open.

    Returns:
        the result, and the files of which a finding is there without its notes; the next run checks
        them again.
    """
    manager, graph = built.manager, built.graph
    simplify = manager.errors.simplify_path
    modules = {simplify(state.xpath): state for state in graph.values()}

    def known(path: str) -> tuple[Finding, ...] | None:
        state = modules.get(path)
        return None if state is None else stored.kept(manager, state.id, state.xpath)

    unchecked = tuple(_missing_library(built))
    sorted_rows = rows.sort(rows.parse(lines))
    reports, unknown = rows.reports(sorted_rows, known)
    for path in unknown:
        stored.forget_module(manager, modules[path].id, modules[path].xpath)
    watched = {
        state.path
        for state in graph.values()
        if state.path is not None and not state.ignore_all and _is_users_own(state.path)
    }
    result = CheckResult(
        files=reports,
        warnings=(*prepared.warnings, *unchecked),
        unchecked=unchecked,
        sources=tuple(map(simplify, _sources(prepared))),
        watched=_absolute({*watched, *_sources(prepared)}),
        type_errors=len(sorted_rows.others),
        standings={
            os.path.abspath(path): found  # noqa: PTH100
            for path in _sources(prepared)
            if (found := stored.standings(manager, path))
        },
    )
    return result, unknown


def _missing_library(built: BuildResult) -> Iterator[str]:
    """A warning if mypy does not see the library: then there are no States to be found."""
    if built.manager.options.follow_imports in ("skip", "error"):
        return
    for state in built.graph.values():
        missing = any(name.partition(".")[0] == LIBRARY for name in state.suppressed)
        if missing and not state.ignore_all:
            path = built.manager.errors.simplify_path(state.xpath)
            yield library_is_missing(path, "mypy")
            return


def _sources(prepared: Prepared) -> tuple[str, ...]:
    return tuple(source.path for source in prepared.sources if source.path is not None)


def _absolute(paths: Iterable[str]) -> frozenset[str]:
    return frozenset(map(os.path.abspath, paths))


def _is_users_own(path: str) -> bool:
    parts = Path(path).parts
    return "site-packages" not in parts and "typeshed" not in parts
