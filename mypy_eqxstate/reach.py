"""Which modules an affine object can reach, by the words in their sources: the others are left out.

A package that uses Equinox has many modules and a `State` passes through few; often through none.
Parsing and looking into all of them would cost more than the analysis of the few.  Where an affine
object is made, kept or passed on, some source says so: it names the class (`State`), what makes one
(`make_with_state`), a layer that is called with one (`BatchNorm`), or this package.  So a module of
which neither the source nor that of any module behind its imports has such a word is clear of them.
Words are looked for as plain text outside of comments and docstrings, which is quick and errs on
the safe side.

Worked example.  `models.py` builds its layers of `eqx.nn.Linear`; `train.py` imports it.  Neither
has a word that tells, so both are left out unread.  One `eqx.nn.BatchNorm` in `models.py`, and both
are analysed, while `plots.py`, which imports neither, is not.

Packages that the library table describes are not looked into: what there is about them is in the
words.  A package that mypy has no table for is looked for on its search paths, as the analysis does
(`oracle/mypy_sources.py`).

Limits: of a package without a table, the files in its folder and in the folders of its
subpackages' `__init__` count.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from mypy.build import BuildManager
from mypy.nodes import MypyFile

from mypy_eqxstate.fullnames import CLONE, DESCRIBED_PACKAGES, MAKE_WITH_STATE, STATE
from mypy_eqxstate.oracle.mypy_affine import AffineClasses, AffineNames
from mypy_eqxstate.oracle.mypy_affine_lines import AffineLines

_OWN_PACKAGE: Final = CLONE.partition(".")[0]
_LAYERS: Final = STATE.rpartition(".")[0]
_LIBRARY: Final = STATE.partition(".")[0]
_IMPORTS: Final = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import|import[ \t]+([^\n#]+))", re.MULTILINE
)
# Comments and strings; the groups are what is kept: strings in one line may be annotations.
_ASIDE: Final = re.compile(
    r"""
    \#[^\n]*
    | \"{3} (?: [^"\\] | \\. | "(?!"") )* \"{3}
    | '{3} (?: [^'\\] | \\. | '(?!'') )* '{3}
    | ( "(?: [^"\\\n] | \\. )*" | '(?: [^'\\\n] | \\. )*' )
    """,
    re.VERBOSE | re.DOTALL,
)


class Reach:
    """The modules of a build that an affine object can reach; ask with `in`.

    A module is asked about when it is checked: what it imports is loaded then.

    Args:
        manager: mypy's build.
        imports: the modules that each module imports.
        concerned: those that import the home of an affine class, directly or not.
        classes: full names of classes that are affine by table or configuration.
    """

    def __init__(
        self,
        manager: BuildManager,
        imports: Mapping[str, Iterable[str]],
        concerned: Iterable[str],
        classes: Iterable[str],
    ) -> None:
        self._manager = manager
        self._imports = imports
        self._readable = {
            name
            for name in concerned
            if name.partition(".")[0] not in (*DESCRIBED_PACKAGES, _OWN_PACKAGE)
        }
        self._words = (
            _OWN_PACKAGE,
            MAKE_WITH_STATE.rpartition(".")[2],
            *{name.rpartition(".")[2] for name in classes},
            *_names_about_affine(manager.modules.get(_LAYERS), classes),
        )
        self._known: dict[str, bool] = {}

    def __contains__(self, module: str) -> bool:
        """Whether an affine object can reach the module: it can if in doubt."""
        seen = {module}
        waiting = [module]
        while waiting:
            name = waiting.pop()
            known = self._known.get(name)
            if known is None and name in self._readable:
                known = True if self._tells(name) else None
            if known:
                self._known[module] = True
                return True
            if known is None:
                for imported in self._imports.get(name, ()):
                    if imported not in seen and imported in self._readable:
                        seen.add(imported)
                        waiting.append(imported)
        self._known.update(dict.fromkeys(seen, False))
        return False

    def _tells(self, name: str) -> bool:
        tree = self._manager.modules.get(name)
        text = None if tree is None else self._text(tree.path)
        if text is None:
            return True
        return self._has_word(text) or any(
            _LIBRARY in found
            for imported in _imported(text)
            if not self._is_known(imported)
            for found in self._texts_of(imported)
        )

    def _has_word(self, text: str) -> bool:
        if not any(word in text for word in self._words):
            return False
        code = _ASIDE.sub(r"\1", text)
        return any(word in code for word in self._words)

    def _is_known(self, name: str) -> bool:
        """Whether a module has a table, or needs none."""
        package = name.partition(".")[0]
        return (
            name in self._manager.modules
            or package in DESCRIBED_PACKAGES
            or package in sys.stdlib_module_names
        )

    def _texts_of(self, name: str) -> Iterator[str]:
        """The sources of a module that mypy has no table for, as far as there are any."""
        paths = self._manager.search_paths
        for directory in (*paths.python_path, *paths.mypy_path, *paths.package_path):
            base = Path(directory, *name.split("."))
            found = [base.with_suffix(".py"), *base.glob("*.py"), *base.glob("*/__init__.py")]
            for path in found:
                if path.is_file():
                    yield self._text(str(path)) or _LIBRARY

    def _text(self, path: str) -> str | None:
        manager = self._manager
        try:
            data = manager.fscache.read(manager.maybe_swap_for_shadow_path(path))
        except OSError:
            return None
        return data.decode("utf-8", errors="replace")


def _imported(text: str) -> Iterator[str]:
    """The absolute names of the modules that a source imports, by its lines."""
    for module, modules in _IMPORTS.findall(text):
        for name in [module] if module else modules.split(","):
            plain = name.strip().partition(" ")[0]
            if plain and not plain.startswith("."):
                yield plain


def _names_about_affine(module: MypyFile | None, classes: Iterable[str]) -> Iterator[str]:
    """The names in a module of functions, and of classes to call, that are about affine objects."""
    lines = AffineLines(AffineClasses(AffineNames(classes)), concerned=())
    for name, symbol in module.names.items() if module is not None else ():
        type_ = symbol.type
        if type_ is None and symbol.node is not None:
            call = getattr(symbol.node, "get", lambda name: None)("__call__")
            type_ = call.type if call is not None else None
        if type_ is not None and lines.holds(type_):
            yield name
