"""What runs in the process of the engine: one resident build, asked to check again and again.

With pyrefly's types there is its type server instead of the build.

A file of the editor that has a syntax error would stop mypy for all files.  Its last text without
one is checked instead, and an empty one if there was none; the answer says so (`Answer.broken`).

Worked example.  `train.py` is checked; then a bracket is missing in it.  The next answer has the
findings of the text before, and `broken == {"/project/train.py": Broken(...)}`.

Limits: Python itself is asked first whether a text is right, so syntax that is newer than the
Python which runs this is broken, too.  A file that is not open and has a syntax error stops mypy.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from multiprocessing.connection import wait

from mypy_eqxstate.checking import Blocker, CannotRunError, CheckResult, Request, Resident
from mypy_eqxstate.checking.served import Served
from mypy_eqxstate.checking.unreadable import syntax_error


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be checked.

    Attributes:
        paths: the files that are open, by their absolute paths.
        texts: the texts that count for them.
    """

    paths: tuple[str, ...]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Broken:
    """A file that can't be checked as it is.

    Attributes:
        blocker: why.
        instead: the text that was checked.
    """

    blocker: Blocker
    instead: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a job.

    Attributes:
        result: what was found; paths are relative to the root or absolute. None if mypy could not
            run.
        broken: files with a syntax error, for which another text was checked, by their paths.
        error: why mypy could not run.
    """

    result: CheckResult | None = None
    broken: Mapping[str, Broken] = field(default_factory=dict)
    error: str | None = None


def together(one: Answer, other: Answer) -> Answer:
    """What came of a job whose files were checked in two parts."""
    result = one.result
    if result is not None and other.result is not None:
        # Files that neither part was asked for may be spoken of in both.
        known = {report.path for report in result.files}
        result = replace(
            result,
            files=(*result.files, *(f for f in other.result.files if f.path not in known)),
            blockers=(*result.blockers, *other.result.blockers),
            warnings=tuple(dict.fromkeys((*result.warnings, *other.result.warnings))),
            standings={**other.result.standings, **result.standings},
        )
    return Answer(result, {**other.broken, **one.broken}, one.error or other.error)


class Checker:
    """The resident build of a workspace folder, and the last texts without syntax errors.

    Args:
        root: the folder.
        request: how to check.
        types: who answers for the types, "mypy" or "pyrefly".
    """

    def __init__(self, root: str, request: Request, types: str) -> None:
        self._root = root
        self._new: Callable[[Request], Resident | Served] = Resident
        if types == "pyrefly":
            self._new = Served
        self._request = request
        self._resident = self._new(request)
        self._good: dict[str, str] = {}

    def check(self, job: Job) -> Answer:
        """Check the files of a job."""
        texts = dict(job.texts)
        broken: dict[str, Blocker] = {}
        for path, text in job.texts.items():
            blocker = None if text == self._good.get(path) else syntax_error(path, text)
            if blocker is not None:
                broken[path] = blocker
                texts[path] = self._good.get(path, "")
        while True:
            result = self._resident.check(texts, job.paths)
            blockers = {self._absolute(b.path): b for b in result.blockers if b.path is not None}
            refused = {
                path: blocker
                for path, blocker in blockers.items()
                if path in job.texts and texts[path] == job.texts[path]
            }
            if not refused:
                break
            for path, blocker in refused.items():
                broken[path] = blocker
                good = self._good.get(path, "")
                texts[path] = good if good != job.texts[path] else ""
        if not result.blockers:
            for path, text in job.texts.items():
                if path not in broken:
                    self._good[path] = text
        return Answer(result, {p: Broken(b, texts[p]) for p, b in broken.items()})

    def begin_anew(self) -> None:
        """Throw the build away, whatever state it is in."""
        self._resident.close()
        self._resident = self._new(self._request)

    def _absolute(self, path: str | None) -> str:
        return os.path.abspath(os.path.join(self._root, path or ""))  # noqa: PTH100, PTH118


_checker: Checker | None = None


def begin(root: str, request: Request, types: str) -> None:
    """Prepare the process.

    Its standard input and output would be those of the server, which speaks with the editor there.

    Args:
        root: the workspace folder; mypy looks for its configuration there.
        request: how to check.
        types: who answers for the types.
    """
    global _checker
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.stdout.flush()
    os.dup2(2, 1)
    os.chdir(root)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _checker = Checker(root, request, types)


def check(job: Job) -> Answer:
    """Do a job in the process that `begin` has prepared; nothing is raised."""
    assert _checker is not None
    try:
        return _checker.check(job)
    except CannotRunError as error:
        return Answer(error=str(error))
    except Exception as error:
        _checker.begin_anew()
        frames = traceback.extract_tb(error.__traceback__)
        where = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "?"  # noqa: PTH119
        traceback.print_exc()
        return Answer(error=f"internal fault, {type(error).__name__} at {where}: {error}")


def process_number() -> int:
    """The number of this process, for who wants to know its memory."""
    return os.getpid()


def _end_with_parent() -> None:
    """A server that is killed can't end this process."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
