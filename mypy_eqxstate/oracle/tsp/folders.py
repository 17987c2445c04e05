"""Which files there are: the names in folders, asked of the disk once a check at most.

To find a module, a type checker looks for some thirty files; a check looks for thousands of
modules, in an editor after each keystroke.  So folders are listed as a whole.  What was listed
serves the next check, too, if the folder has not changed since (its date says so), and what is not
in a folder's list is not looked for below it.

Worked example.  `has("/project/app", "models.py")` lists `/project/app`; `has("/project/app/jax",
"__init__.py")` sees that there is no `jax` in it, and lists nothing.

Limit: a name in a folder is taken for a file, whatever it is.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Set
from pathlib import Path
from typing import Final

# A folder that has changed just now may change again without getting a later date.
_SETTLED: Final = 2.0


class Folders:
    """The names in folders, from one check to the next."""

    def __init__(self) -> None:
        self._listed: dict[str, tuple[int, frozenset[str]]] = {}
        self._here: dict[str, Set[str]] = {}
        self._unsaved: dict[str, set[str]] = {}

    def begin(self, unsaved: Iterable[Path]) -> None:
        """A check begins: the disk may have changed.

        Args:
            unsaved: files that are there although the disk may not have them yet.
        """
        self._here.clear()
        self._unsaved.clear()
        for path in unsaved:
            for inner in (path, *path.parents[:-1]):
                self._unsaved.setdefault(str(inner.parent), set()).add(inner.name)

    def has(self, folder: str, name: str) -> bool:
        """Whether there is something of a name in a folder."""
        return name in self._names(folder)

    def _names(self, folder: str) -> Set[str]:
        found = self._here.get(folder)
        if found is None:
            parent, own = os.path.split(folder)
            is_there = parent not in self._here or own in self._here[parent]
            found = self._list(folder) if is_there else frozenset()
            self._here[folder] = found = found | self._unsaved.get(folder, set())
        return found

    def _list(self, folder: str) -> frozenset[str]:
        try:
            date = os.stat(folder).st_mtime_ns  # noqa: PTH116 (quicker than a path)
            known = self._listed.get(folder)
            if known is not None and known[0] == date:
                return known[1]
            names = frozenset(os.listdir(folder))  # noqa: PTH208
        except OSError:
            return frozenset()
        if time.time() - date / 1e9 > _SETTLED:
            self._listed[folder] = (date, names)
        return names
