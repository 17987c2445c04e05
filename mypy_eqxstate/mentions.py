"""Which modules can have to do with affine objects at all, as far as their text tells.

A module can meet a State if it, or a module that it imports, says so somewhere: names the class, or
`make_with_state`, or a layer that is called with one.  A project that uses Equinox for its models
alone has no such text, and is then left alone as a whole: nothing of the analysis is loaded for it.
In a project with States the modules that none comes to are not even parsed.

Worked example.  `train` imports `models` and `data`; all three import Equinox, and `models` alone
has `eqx.nn.BatchNorm` in it.  Then `models` and `train` are looked at, and `data` is not.

What a module is *given* by those that import it does not count: whoever calls a function without
types with a State is looked at itself, and so is the function, as a part of that.

Limits: it goes by the words, so a comment about a State is enough.  A module that imports
something which mypy has no table for, but is installed, is taken to be about States: what is said
there is not looked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from mypy.build import State

from mypy_eqxstate.fullnames import may_be_read

# Of the libraries: the class, what makes its objects, and the layers that always take one.
_NAMES: Final = (
    "State",
    "StateIndex",
    "StatefulLayer",
    "make_with_state",
    "BatchNorm",
    "SpectralNorm",
    "mypy_eqxstate",  # declarations of the user's own
)
# Layers that can be called with a State and mostly are not; who does, has a name for it.
_TAKERS: Final = ("LayerNorm", "GroupNorm", "RMSNorm", "Sequential")
_NAME_FOR_IT: Final = "state"


class Mentions:
    """The question which modules are written about affine objects.

    Args:
        configured: full names of the affine classes, type variables and callables that the user's
            configuration adds.
        read: the contents of a file; raises `OSError` if there is no such file.
        search_path: directories of installed packages.
    """

    def __init__(
        self,
        configured: Iterable[str],
        read: Callable[[str], bytes],
        search_path: Sequence[str],
    ) -> None:
        self._names = _Words((*_NAMES, *(name.rpartition(".")[2] for name in configured)))
        self._takers = _Words(_TAKERS)
        self._name_for_it = _Words((_NAME_FOR_IT,))
        self._read = read
        self._search_path = search_path
        self._installed: dict[str, bool] = {}

    def are_in(self, module: State) -> bool:
        """Whether a module is written about affine objects, or about what nobody knows."""
        unknown = {name.partition(".")[0] for name in module.suppressed if may_be_read(name, None)}
        if any(map(self._is_installed, unknown)):
            return True
        try:
            return module.path is not None and self.are_in_text(self._read(module.path))
        except OSError:  # a namespace package
            return False

    def are_in_text(self, text: bytes) -> bool:
        """Whether a text is about affine objects.

        Args:
            text: Python's, in an encoding that has the letters of ASCII as they are.
        """
        return self._names.are_in(text) or (
            self._takers.are_in(text) and self._name_for_it.are_in(text)
        )

    def _is_installed(self, package: str) -> bool:
        found = self._installed.get(package)
        if found is None:
            candidates = (
                path for folder in self._search_path for path in _places(Path(folder), package)
            )
            found = self._installed[package] = any(path.exists() for path in candidates)
        return found


class _Words:
    """Words that are looked for in texts, most of which have none of them."""

    def __init__(self, words: Sequence[str]) -> None:
        self._letters = [word.encode() for word in words]
        self._pattern = re.compile(rb"\b(?:%s)\b" % b"|".join(map(re.escape, self._letters)))

    def are_in(self, text: bytes) -> bool:
        """Whether one of the words is in a text, not only its letters."""
        return any(letters in text for letters in self._letters) and bool(
            self._pattern.search(text)
        )


def _places(folder: Path, package: str) -> tuple[Path, Path]:
    return folder / package, folder / f"{package}.py"
