"""What a module's findings rest on besides its own source, in the form that mypy's cache keeps.

mypy stores with every module what the plugin says about it (`to_store`) and asks again at the next
start (`to_compare`); a module is checked anew if the two differ.  That is for what concerns all
modules, this package's version and the configuration, and for what concerns those that can have
findings: this package's own sources.  Their digest is only worked out where a stored one is met.

Bodies of *other* modules are another matter.  What is stored with a module counts as part of its
interface, too, and whoever depends on it is checked anew when its interface has changed.  So a
module whose body may be read for another one has the digest of its source there, and a module
whose findings rest on it names it as a dependency (`Session.end_of_module`).  The digest is of the
whole text, because messages name lines of it.

Worked example.  `train.py` calls `helpers.clone`.  An edit inside the body of `clone` leaves the
declarations of `helpers.py` as they are, but not its digest; so `train` is checked again.

mypy sees by itself whether a module's own source has changed.  So `to_compare` gives a value that
ignores the digest (`_Common`), and a start of mypy does not read all sources.  Where mypy writes
its cache as JSON (`--no-fixed-format-cache`), it compares with a copy of that value, and the digest
is computed.

Limit: mypy does not watch files of packages that it has no table for (`ignore_missing_imports`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

_SOURCE: Final = "source"
_PLUGIN: Final = "plugin"
Data = dict[str, str]


class CacheData:
    """What mypy's cache keeps of us, module by module.

    Args:
        common: what all modules rest on.
        own_digest: works out the digest of this package's sources.
        compared_as_copy: mypy compares a copy of what `to_compare` returns.
    """

    def __init__(
        self, common: Mapping[str, str], own_digest: Callable[[], str], compared_as_copy: bool
    ) -> None:
        self._common = dict(common)
        self._own_digest = cache(own_digest)
        self._compared_as_copy = compared_as_copy
        self._to_compare = _Common(self._common, self._own_digest)

    def to_store(self, path: str, may_have_findings: bool, may_be_read: bool) -> Data:
        """What to keep with a module that was checked.

        Args:
            path: its file.
            may_have_findings: it can be analysed, now or when the plugin has changed.
            may_be_read: findings in other modules may rest on its bodies.
        """
        data = dict(self._common)
        if may_have_findings or self._compared_as_copy:
            data[_PLUGIN] = self._own_digest()
        if may_be_read or self._compared_as_copy:
            data[_SOURCE] = _digest(path)
        return data

    def to_compare(self, path: str) -> Data:
        """What equals the data of a module that is still up to date."""
        if self._compared_as_copy:
            return self.to_store(path, True, True)
        return self._to_compare


class _Common(Data):
    """Equal to stored data if all is equal but the digest of the module's source."""

    def __init__(self, common: Data, own_digest: Callable[[], str]) -> None:
        super().__init__(common)
        self._own_digest = own_digest

    def __eq__(self, stored: object) -> bool:
        if not isinstance(stored, dict):
            return False
        expected = dict(self)
        if _PLUGIN in stored:
            expected[_PLUGIN] = self._own_digest()
        return {key: value for key, value in stored.items() if key != _SOURCE} == expected

    def __ne__(self, stored: object) -> bool:
        return not self == stored

    __hash__ = None


def _digest(path: str) -> str:
    """The digest of a file; empty if it can't be read."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""
