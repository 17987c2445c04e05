"""Waiting until a file changes: by looking at all of them, again and again.

A snapshot has the dates and sizes of the files that a result rests on, and the names of the Python
files in their folders, so that new ones are noticed.  It is taken before a check and compared after
it, or an edit during the check would be missed.

Limit: before the first check it is not known which files there are, so an edit while it runs is
noticed only at the next one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from typing import Final

Snapshot = Mapping[str, object]
_INTERVAL: Final = 0.3
_SUFFIXES: Final = (".py", ".pyi")


def snapshot(files: Iterable[str]) -> Snapshot:
    """What tells whether any of these files has changed, or one has appeared beside them."""
    state: dict[str, object] = {}
    for file in files:
        try:
            seen = os.stat(file)  # noqa: PTH116
            state[file] = (seen.st_mtime_ns, seen.st_size)
        except OSError:
            state[file] = None
        folder = os.path.dirname(os.path.abspath(file))  # noqa: PTH100, PTH120
        if folder not in state:
            state[folder] = _names(folder)
    return state


def wait_for_change(files: Iterable[str], before: Snapshot) -> None:
    """Return when something is not as it was.

    Args:
        files: those to look at.
        before: how they were; what it does not know counts from now on.
    """
    watched = frozenset(files)
    now = snapshot(watched)
    known = {name: before.get(name, seen) for name, seen in now.items()}
    while now == known:
        time.sleep(_INTERVAL)
        now = snapshot(watched)


def _names(folder: str) -> frozenset[str]:
    try:
        with os.scandir(folder) as entries:
            return frozenset(e.name for e in entries if e.name.endswith(_SUFFIXES))
    except OSError:
        return frozenset()
