"""What a module's findings rest on besides its own source, in the form that mypy's cache keeps.

mypy stores with every module what the plugin says about it (`to_store`) and asks again at the next
start (`to_compare`); a module is checked anew if the two differ.  That is for what concerns all
modules: this package's own sources and version, and the configuration.

Bodies of *other* modules are another matter.  What is stored with a module counts as part of its
interface, too, and whoever depends on it is checked anew when its interface has changed.  So a
module whose body may be read for another one has a digest there, and a module whose findings
rest on it names it as a dependency (`Session.end_of_module`).  The digest is of the whole text,
because messages name lines of it; of the names of the modules that it imports, because it is
read differently when one of them appears; and of whether an affine object can come to it, because
otherwise it is not analysed at all, and a module that imports it must hear of it.

Worked example.  `train.py` calls `helpers.clone`.  An edit inside the body of `clone` leaves the
declarations of `helpers.py` as they are, but not its digest; so `train` is checked again.

At the next start the digest must not be compared: mypy sees by itself whether a module's own source
has changed, and what it imports is not known yet.  The interface is made of the JSON *text* of the
data, and the comparison is one of Python values.  So the digest is written in ones and trues:
`1 == True`, but JSON has `1` and `true`.  `to_compare` has ones only.

Limit: mypy does not watch files of packages that it has no table for (`ignore_missing_imports`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from mypy.build import PRI_INDIRECT, State

_DIGEST: Final = "digest"
_BYTES: Final = 8
_WRITTEN: Final = [[1 if byte >> bit & 1 else True for bit in range(8)] for byte in range(256)]
Data = dict[str, "str | list[int]"]


class CacheData:
    """What mypy's cache keeps of us, module by module.

    Args:
        common: what the findings in all modules rest on.
    """

    def __init__(self, common: Mapping[str, str]) -> None:
        self._common = dict(common)
        self._resting_on_nothing: Data = {**self._common, _DIGEST: _in_ones_and_trues("")}
        self._equal_to_all: Data = {**self._common, _DIGEST: [1] * (8 * _BYTES)}

    def to_store(self, rests_on: str) -> Data:
        """What to keep with a module that was checked.

        Args:
            rests_on: a digest of all that findings in other modules may rest on; any text.
        """
        if not rests_on:
            return self._resting_on_nothing
        return {**self._common, _DIGEST: _in_ones_and_trues(rests_on)}

    def to_compare(self) -> Data:
        """What equals the data of a module that is still up to date."""
        return self._equal_to_all


def _in_ones_and_trues(text: str) -> list[int]:
    """A digest of a text in the numbers that are equal and not written alike."""
    digest = hashlib.sha256(text.encode()).digest()
    return [number for byte in digest[:_BYTES] for number in _WRITTEN[byte]]


def digest_of(source: str, imports: Iterable[str], concerned: bool) -> str:
    """A digest of what findings in other modules may rest on in a module.

    Args:
        source: a digest of its file; empty if it has none.
        imports: the names of the modules that it imports.
        concerned: an affine object can come to it.
    """
    text = "\0".join((str(concerned), source, *sorted(imports)))
    return hashlib.sha256(text.encode()).hexdigest()


def direct_dependencies(state: State) -> list[str]:
    """The modules that a module imports itself."""
    return [m for m in state.dependencies if state.priorities.get(m) != PRI_INDIRECT]
