"""What a module's findings rest on besides its own source, in the form that mypy's cache keeps.

mypy stores with every module what the plugin reports about it, asks again at the next start, and
checks the module anew if the two differ.  Findings depend on this package's own sources and version
and on the configuration, which are the same for all modules, and on the sources of the
*other modules whose bodies were read*.  These are stored with their digests, and the comparison is
made with the stored value in hand (`_Current.__eq__`): are these files still what they were?  So
nothing has to be computed for modules that rest on no other.

Worked example.  `train.py` calls `helpers.clone`.  With `train` mypy keeps `{"version": ...,
"read": {"helpers.py": "5f1c..."}}`.  An edit of `helpers.py` that leaves its declarations as they
are makes no difference to mypy; but at the next start the digest of `helpers.py` is another
one, so `train` is checked again.

Limits: the digest is of the whole text, so that a new comment counts as a change.  Where mypy
writes its cache as JSON (`--no-fixed-format-cache`), the stored value is not in hand: there the
digest of a module's own source is part of its interface instead, and all its importers are
checked again after any change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_READ: Final = "read"
_SOURCE: Final = "source"
Data = dict[str, object]


class Digests:
    """The digests of files, each read once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, path: str) -> str:
        """The digest of a file; of one that can't be read, an empty one."""
        if path not in self._known:
            try:
                data = Path(path).read_bytes()
            except OSError:
                self._known[path] = ""
            else:
                self._known[path] = hashlib.sha256(data).hexdigest()
        return self._known[path]


class CacheData:
    """What mypy's cache keeps of us, module by module.

    Args:
        common: what the findings in all modules rest on.
        exact: mypy compares the values themselves, not copies of them.
    """

    def __init__(self, common: Mapping[str, str], exact: bool) -> None:
        self._common = dict(common)
        self._exact = exact
        self._digests = Digests()
        self._read: dict[str, dict[str, str]] = {}

    def begin(self) -> None:
        """A new run: files may have changed."""
        self._digests = Digests()

    def note_read(self, module: str, paths: Mapping[str, str]) -> None:
        """Remember which files the findings in a module rest on, by name of their modules."""
        self._read[module] = {path: self._digests.of(path) for path in sorted(paths.values())}

    def to_store(self, module: str, path: str) -> Data:
        """What to keep with a module that was checked."""
        if not self._exact:
            return {**self._common, _SOURCE: self._digests.of(path)}
        return {**self._common, _READ: self._read.get(module, {})}

    def to_compare(self, path: str) -> Data:
        """What equals the data of a module that is still up to date."""
        if not self._exact:
            return {**self._common, _SOURCE: self._digests.of(path)}
        return _Current(self._common, self._digests)


class _Current(Data):
    """Equal to stored data of which every part is as it was."""

    def __init__(self, common: Mapping[str, str], digests: Digests) -> None:
        super().__init__(common)
        self._digests = digests

    def __eq__(self, stored: object) -> bool:
        if not isinstance(stored, dict):
            return False
        rest = {key: value for key, value in stored.items() if key != _READ}
        read = stored.get(_READ)
        return (
            isinstance(read, dict)
            and rest == dict(self)
            and all(self._digests.of(path) == digest for path, digest in read.items())
        )

    def __ne__(self, stored: object) -> bool:
        return not self == stored

    __hash__ = None
