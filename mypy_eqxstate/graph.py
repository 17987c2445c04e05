"""Which modules import which, as mypy has found out: what may concern us is decided on this.

Worked example.  `train` imports `steps`, which imports `equinox.nn`; `tools` imports neither.  By
`importers`, `train`, `steps` and much of Equinox can be reached from `equinox.nn._stateful`, and
`tools` can't.

`BuildManager.import_map` can't be used: where a submodule is reached as an attribute
(`jax.random.split` under `import jax`), the semantic analyzer of mypy 2.4 empties the set of the
module at work (`SemanticAnalyzer.add_transitive_submodule_imports` takes from it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from mypy.build import State
from mypy.nodes import Import, ImportAll, ImportFrom, MypyFile


def imported_packages(tree: MypyFile) -> set[str]:
    """The top-level packages that a module imports from, as it was parsed."""
    names: list[str] = []
    for statement in tree.imports:
        if isinstance(statement, Import):
            names += [name for name, _ in statement.ids]
        elif isinstance(statement, ImportFrom | ImportAll) and not statement.relative:
            names.append(statement.id)
    return {name.partition(".")[0] for name in names}


def dependencies(graph: Mapping[str, State]) -> dict[str, list[str]]:
    """The modules that each module of a graph depends on."""
    return {name: list(state.dependencies) for name, state in graph.items()}


def importers(imports: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """The modules that import each module.

    Args:
        imports: the modules that each module imports.
    """
    found: dict[str, list[str]] = {}
    for importer, imported in imports.items():
        for name in imported:
            found.setdefault(name, []).append(importer)
    return found


class Imports:
    """The imports of a graph, and what follows from them, worked out anew if they have changed.

    For the daemon, in which nearly all updates leave them as they are.
    """

    def __init__(self) -> None:
        self._imports: dict[str, list[str]] = {}
        self._following: dict[str, tuple[object, set[str]]] = {}
        self._is_up_to_date = False

    def renew(self) -> None:
        """The graph may have changed."""
        self._is_up_to_date = False

    def following(
        self,
        graph: Mapping[str, State],
        what: str,
        start: object,
        compute: Callable[[Mapping[str, list[str]]], set[str]],
    ) -> set[str]:
        """A set of modules that follows from the imports.

        Args:
            graph: the graph as it is now.
            what: a name for the set.
            start: what it rests on besides.
            compute: works it out, given the modules that each module imports.
        """
        if not self._is_up_to_date:
            self._is_up_to_date = True
            if self._have_changed(graph):
                self._imports = dependencies(graph)
                self._following.clear()
        found = self._following.get(what)
        if found is None or found[0] != start:
            found = self._following[what] = (start, compute(self._imports))
        return found[1]

    def _have_changed(self, graph: Mapping[str, State]) -> bool:
        known = self._imports
        if len(known) != len(graph):
            return True
        # Mypy changes the order, which does not matter here.
        return any(
            known.get(name) != state.dependencies
            and (name not in known or set(known[name]) != set(state.dependencies))
            for name, state in graph.items()
        )


def reachable(imports: Mapping[str, Iterable[str]], roots: Iterable[str]) -> set[str]:
    """Every module that one of the roots imports, directly or not, and the roots themselves.

    Args:
        imports: the modules that each module imports.
        roots: where to start.
    """
    found = set(roots)
    pending = list(found)
    while pending:
        for imported in imports.get(pending.pop(), ()):
            if imported not in found:
                found.add(imported)
                pending.append(imported)
    return found
