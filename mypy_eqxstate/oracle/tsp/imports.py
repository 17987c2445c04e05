"""Which modules can have to do with affine objects: an import graph without mypy.

A module may make affine objects if it imports, directly or not, the home of an affine class: any
module of the library that defines one (Equinox), `mypy_eqxstate` itself for `@affine`, or the home
of a class that the configuration names.

    train.py: from steps import step         steps.py: import equinox as eqx
    train -> steps -> equinox                both may; tools.py, which imports neither, may not

Imports are found in the text, not in the syntax, because an answer about a package that is not the
project's own may need many files.  What looks like an import in a long string counts as one.

Limits: `importlib` is not understood.  The standard library is not followed, nor are the packages
that the library table describes, which know nothing of Equinox.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

from mypy_eqxstate.fullnames import AFFINE_CLASSES, DESCRIBED_PACKAGES, holders
from mypy_eqxstate.oracle.tsp.modules import Modules

_OWN = __name__.partition(".")[0]
_STATEMENT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*[ \t]*[\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n#;]*)"
    r"|import[ \t]+([^\n#;]*))",
    re.MULTILINE,
)
_NAME = re.compile(r"(\w+)(?:\s+as\s+\w+)?\s*(?:,|$)")


class ImportGraph:
    """The question which modules may make affine objects.

    Args:
        modules: finds modules.
        classes: full names of the classes that are affine by configuration.
    """

    def __init__(self, modules: Modules, classes: Iterable[str]) -> None:
        self._modules = modules
        self._libraries = {_OWN, *(name.partition(".")[0] for name in AFFINE_CLASSES)}
        self._homes = {holder for name in classes for holder in holders(name)}
        self._known: dict[str, bool] = {}
        self._imports: dict[str, frozenset[str]] = {}

    def may_make_affine(self, name: str) -> bool:
        """Whether a module imports, directly or not, the home of an affine class."""
        if name in self._known:
            return self._known[name]
        seen = {name}
        waiting = [name]
        found = False
        while waiting and not found:
            module = waiting.pop()
            found = self._known.get(module, False) or self._is_home(module)
            for imported in self.imports(module) if not found else ():
                if imported not in seen and not self._known.get(imported, True):
                    continue  # known to lead nowhere
                if imported not in seen:
                    seen.add(imported)
                    waiting.append(imported)
        for module in (name,) if found else seen:
            self._known[module] = found
        return found

    def importer(self, path: Path, package: str, is_read: Callable[[Path], bool]) -> Path | None:
        """The file that imports a package: this one, or one that it imports.  None if none does.

        Args:
            path: where to begin.
            package: the name of the package, which need not be there.
            is_read: which of the files are of interest.
        """
        name = self._modules.name_of(path)
        seen = {name}
        waiting = [(name, path)]
        while waiting:
            module, file = waiting.pop()
            for imported in sorted(self.imports(module) - seen):
                if imported.partition(".")[0] == package:
                    return file
                seen.add(imported)
                found = self._modules.find(imported)
                if found is not None and is_read(found):
                    waiting.append((imported, found))
        return None

    def _is_home(self, name: str) -> bool:
        return name.partition(".")[0] in self._libraries or name in self._homes

    def imports(self, name: str) -> frozenset[str]:
        """The modules that a module imports, as far as they are worth following."""
        known = self._imports.get(name)
        if known is None:
            known = self._imports[name] = frozenset(filter(self._is_followed, self._read(name)))
        return known

    def _is_followed(self, name: str) -> bool:
        top = name.partition(".")[0]
        if top in self._libraries:
            return True
        if top in DESCRIBED_PACKAGES or top in sys.stdlib_module_names:
            return False
        return self._modules.find(name) is not None

    def _read(self, name: str) -> frozenset[str]:
        path = self._modules.find(name)
        text = None if path is None else self._modules.read(path)
        if path is None or text is None:
            return frozenset()
        return _imported(text, name, path.stem == "__init__")


# The same texts come at each check of an editor.
@lru_cache(maxsize=8192)
def _imported(text: str, name: str, is_package: bool) -> frozenset[str]:
    """The modules, and members of modules, that a text imports.

    Args:
        text: the source.
        name: the module that it is of.
        is_package: whether that is a package.
    """
    found: set[str] = set()
    for source, names, plain in _STATEMENT.findall(text):
        if plain:
            for part in plain.split(","):
                imported = part.split()[0] if part.split() else ""
                while imported:
                    found.add(imported)
                    imported = imported.rpartition(".")[0]
            continue
        module = _absolute(name, source.replace(" ", ""), is_package)
        if not module:
            continue
        found.add(module)
        for imported in _NAME.findall(names.strip("()").replace("\n", " ").strip()):
            found.add(f"{module}.{imported}")
    return frozenset(found)


def _absolute(name: str, source: str, is_package: bool) -> str:
    rest = source.lstrip(".")
    level = len(source) - len(rest)
    if not level:
        return rest
    parts = name.split(".")
    drop = level - 1 if is_package else level
    return ".".join([*parts[: len(parts) - drop], *([rest] if rest else [])])
