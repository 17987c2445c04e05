"""How many modules an edit brings into a build that is kept, and how many it takes out.

mypy's fine-grained mode adds modules one by one, and works through what depends on each.  Measured
in modules of a build from the beginning (7 ms), one that is added took 3 (standard library), 10
(pydantic), 15 (Equinox with JAX) or 30 (NumPy), and one that is taken out took 4.  Where hundreds
come or go, it is quicker to begin anew.

Worked example.  A build of `notes.py`, which imports nothing, has 46 modules.  A second file is
opened, which imports Equinox: 1300 modules come.  One by one they took two minutes; a build from
the beginning takes nine seconds.  When `import json` is written afterwards, three modules come, and
the build stays.

What comes is found by following the imports, as mypy would, until it is too much; what goes is what
the files to be checked do not reach any more.  That is done only where their imports have changed.

Limit: only the files to be checked are looked at for changes; an import that is added to another
one is left to mypy.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from mypy.build import BuildManager, State
from mypy.fscache import FileSystemCache
from mypy.modulefinder import BuildSource, FindModuleCache, compute_search_paths

from mypy_eqxstate.checking.request import Prepared
from mypy_eqxstate.syntax import parsed

# How long things take, in modules of a build from the beginning.
_BEGINNING: Final = 50
_ADDING: Final = 15
_TAKING_OUT: Final = 4


class Turnover:
    """Looks at what is to be checked before a build follows it.

    Args:
        files: mypy's view of the file system.
    """

    def __init__(self, files: FileSystemCache) -> None:
        self._files = files
        self._imports: dict[str, tuple[str, frozenset[str]]] = {}
        self._followed: object = None
        self._found: set[str] = set()
        self._left_out: set[str] = set()

    def is_too_much(
        self, prepared: Prepared, manager: BuildManager, graph: Mapping[str, State]
    ) -> bool:
        """Whether a build from the beginning is quicker than one that goes on.

        Args:
            prepared: what is to be checked.
            manager: that of the build.
            graph: the modules that it has.
        """
        wanted = self._wanted(prepared.sources)
        if wanted == self._followed:
            return False
        names = {name for _, _, imported in wanted for name in imported}
        staying = _reached(graph, {*names, *(module for module, _, _ in wanted)})
        self._found = set()
        finder = FindModuleCache(
            compute_search_paths(prepared.sources, prepared.options, manager.data_dir),
            self._files,
            prepared.options,
        )
        work = _TAKING_OUT * (len(graph) - len(staying))
        for _ in self._coming(names, graph, finder):
            work += _ADDING
            if work > _BEGINNING + len(staying) + len(self._found):
                return True
        return work > _BEGINNING + len(staying)

    def follow(self, prepared: Prepared, graph: Mapping[str, State]) -> None:
        """A build has followed what was to be checked.

        Args:
            prepared: what was checked.
            graph: the modules that it has now.
        """
        self._followed = self._wanted(prepared.sources)
        # `follow_imports = skip`, or an import that is never reached: it will not come later.
        self._left_out |= self._found - graph.keys()

    def _wanted(self, sources: list[BuildSource]) -> frozenset[tuple[str, str, frozenset[str]]]:
        """The files to be checked, each with what it imports."""
        return frozenset(
            (source.module, source.path, self._imports_of(source.module, source.path))
            for source in sources
            if source.path is not None
        )

    def _coming(
        self, names: Iterable[str], graph: Mapping[str, State], finder: FindModuleCache
    ) -> Iterator[str]:
        """The modules that imports lead to and the build does not have."""
        pending = [part for name in names for part in _with_packages(name)]
        seen: set[str] = set()
        while pending:
            name = pending.pop()
            if name in graph or name in seen or name in self._left_out:
                continue
            seen.add(name)
            path = finder.find_module(name, fast_path=True)
            if isinstance(path, str):
                self._found.add(name)
                yield name
                for each in self._imports_of(name, path):
                    pending += _with_packages(each)

    def _imports_of(self, module: str, path: str) -> frozenset[str]:
        try:
            digest = self._files.hash_digest(path)
            known, names = self._imports.get(path, ("", frozenset[str]()))
            if known != digest:
                tree = parsed(self._files.read(path).decode("utf-8-sig", errors="replace"))
                names = frozenset(_imported(tree, module, _is_package(path)))
                self._imports[path] = (digest, names)
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            return frozenset()  # a folder, for instance
        return names


def _reached(graph: Mapping[str, State], names: Iterable[str]) -> set[str]:
    """The modules of a build that are needed by some."""
    pending = ["builtins", *(part for name in names for part in _with_packages(name))]
    reached: set[str] = set()
    while pending:
        name = pending.pop()
        if name in graph and name not in reached:
            reached.add(name)
            pending += graph[name].dependencies
            pending += graph[name].ancestors or ()
    return reached


def _imported(tree: ast.Module, module: str, is_package: bool) -> Iterator[str]:
    """What a module imports: modules, and names that may be such."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".") if node.level else []
            if node.level > is_package:
                parts = parts[: is_package - node.level]
            base = ".".join([*parts, *([node.module] if node.module else [])])
            if base:
                yield base
                yield from (f"{base}.{alias.name}" for alias in node.names if alias.name != "*")


def _with_packages(name: str) -> Iterator[str]:
    """`a.b.c`, `a.b` and `a`: importing a module imports the packages that it is in."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def _is_package(path: str) -> bool:
    return path.endswith(("__init__.py", "__init__.pyi"))
