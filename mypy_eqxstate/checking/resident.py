"""A build that is kept in memory: what mypy's daemon does, in this process.

After the first check only what an edit can have changed is checked again (mypy's fine-grained mode;
`daemon.py` says how the plugin lives there).  That is for editors.  Where many modules come or go,
a new build is begun, because that is quicker (`turnover.py`).

Worked example.  `resident.check()` takes as long as a run without a cache;
`resident.check({"train.py": text})` after an edit of `train.py` a fraction of a second.

mypy's mode has no `--follow-imports=silent` and knows `local_partial_types` only.  With a
configuration that asks for something else, each check is a run of its own (`batch.py`).  After a
change of the configuration a new build is begun.

Of several files that are one module to mypy it takes one; `CheckResult.left_out` names the others.

Limits: one run at a time in a process, as for `batch.py`; and a run of `batch.check` while a build
is kept can make mypy crash at the next edit, because it resets what they share.  Then a new build
is begun.  The first check of a build does not use mypy's cache.  In a project with many
errors of mypy's own, each edit checks their functions again: a batch run can be faster there.
"""

from __future__ import annotations

import copy
import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout, suppress
from dataclasses import replace

from mypy.build import BuildResult
from mypy.dmypy_server import Server
from mypy.modulefinder import BuildSource

from mypy_eqxstate.checking import batch
from mypy_eqxstate.checking.overlay import OverlayFileSystem
from mypy_eqxstate.checking.request import (
    CannotRunError,
    Prepared,
    Request,
    prepare,
    without_doubles,
)
from mypy_eqxstate.checking.result import CheckResult
from mypy_eqxstate.checking.turnover import Turnover
from mypy_eqxstate.report import stored

# How many files with syntax errors a build can begin with.
_MAXIMAL_EMPTY = 20


class Resident:
    """A build in memory that follows the files, and the unsaved texts of an editor.

    Args:
        request: what is to be checked, and how.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._files = OverlayFileSystem()
        self._server: Server | None = None
        self._configured: object = None
        self._sources: frozenset[str] = frozenset()
        self._found = stored.Memory()
        self._turnover = Turnover(self._files)

    def check(
        self, unsaved: Mapping[str, str] | None = None, paths: tuple[str, ...] | None = None
    ) -> CheckResult:
        """Check what has changed since the last time.

        Args:
            unsaved: texts that count instead of files, by path: all of them, at each check.
            paths: files and folders to check instead of those of the request, at this check.

        Raises:
            CannotRunError: as for `batch.check`; a later check begins anew.
        """
        self._files.lay(unsaved or {})
        request = self._request if paths is None else replace(self._request, paths=paths)
        try:
            prepared = prepare(request, self._files)
        except CannotRunError:
            self.close()
            raise
        left_out = without_doubles(prepared, self._sources)
        self._sources = frozenset(s.path for s in prepared.sources if s.path is not None)
        if not _can_be_kept(prepared):
            paths = tuple(sorted(self._sources))
            result = batch.check(replace(request, paths=paths), unsaved)
            return replace(result, left_out=left_out)
        for attempt in ("on what is there", "from the beginning"):
            try:
                # When mypy crashes, it prints what it has found so far.
                with redirect_stdout(sys.stderr):
                    result = self._increment(prepared, unsaved or {})
                    return replace(result, left_out=left_out)
            except (Exception, SystemExit) as error:
                self.close()
                if attempt == "from the beginning":
                    text = f"mypy has crashed: {type(error).__name__}: {error}"
                    raise CannotRunError(text) from error
                prepared = prepare(request, self._files)
                without_doubles(prepared, self._sources)
        raise AssertionError("not reached")

    def close(self) -> None:
        """Give the memory of the build back; the next check makes a new one."""
        self._server = None

    def _increment(self, prepared: Prepared, unsaved: Mapping[str, str]) -> CheckResult:
        # A copy: mypy adds to the sets while it builds.
        configured = (copy.deepcopy(prepared.options.snapshot()), _own_configuration(prepared))
        if configured != self._configured:
            self.close()
            self._turnover = Turnover(self._files)
        elif self._has_too_much_to_follow(prepared):
            self.close()
        if self._server is None:
            self._configured = configured
            self._found = stored.Memory(standings={} if prepared.observe else None)
            stored.remember_in(self._found)
            self._server = self._start(prepared, unsaved)
            self._files.lay(unsaved)
        stored.remember_in(self._found)
        answer = self._server.check(_as_on_a_command_line(prepared.sources), False, False, 80)
        lines = _lines(answer)
        kept = self._server.fine_grained_manager
        if kept is None:
            self._server = None
        if answer["status"] == 2 or kept is None or kept.blocking_error is not None:
            return batch.broken_off(prepared, lines)
        self._turnover.follow(prepared, kept.graph)
        result, _ = batch.collect(prepared, lines, BuildResult(kept.manager, kept.graph))
        return result

    def _has_too_much_to_follow(self, prepared: Prepared) -> bool:
        kept = self._server.fine_grained_manager if self._server is not None else None
        return kept is not None and self._turnover.is_too_much(prepared, kept.manager, kept.graph)

    def _start(self, prepared: Prepared, unsaved: Mapping[str, str]) -> Server:
        """A server that has built, if need be with files left empty that have syntax errors.

        mypy can't begin a build with such a file, but it can go on with one.
        """
        options = prepared.options
        server = Server(options, os.devnull + ".status")
        server.fscache = self._files
        sources = _as_on_a_command_line(prepared.sources)
        texts = dict(unsaved)
        for _ in range(_MAXIMAL_EMPTY + 1):
            answer = server.check(sources, False, False, 80)
            paths = {b.path for b in batch.broken_off(prepared, _lines(answer)).blockers}
            unusable = {path: "" for path in paths if path is not None}
            if server.fine_grained_manager is not None or unusable.items() <= texts.items():
                break
            texts.update(unusable)
            self._files.lay(texts)
        return server


def _as_on_a_command_line(sources: list[BuildSource]) -> list[BuildSource]:
    """The files by paths that are relative to the working directory.

    After an edit mypy forgets that a file was named to be checked. It then silences one whose path
    begins with a folder of the interpreter's path, as if it were of an installed package; and an
    editable installation has such a folder. What begins with no folder is heard.
    """
    found: list[BuildSource] = []
    for source in sources:
        path = source.path
        if path is not None:
            with suppress(ValueError):  # on another drive
                path = os.path.relpath(path)
        found.append(
            BuildSource(path, source.module, source.text, source.base_dir, source.followed)
        )
    return found


def _lines(answer: Mapping[str, object]) -> list[str]:
    return f"{answer['out']}{answer['err']}".splitlines()


def _can_be_kept(prepared: Prepared) -> bool:
    options = prepared.options
    return options.follow_imports != "silent" and options.local_partial_types


def _own_configuration(prepared: Prepared) -> object:
    """What the user configured for the plugin: mypy's options don't have it."""
    from mypy_eqxstate.config import read_configuration

    return read_configuration(prepared.options.config_file)
