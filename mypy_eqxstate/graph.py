"""Which modules import which, as mypy has found out: what may concern us is decided on this.

Worked example.  `train` imports `steps`, which imports `equinox.nn`; `tools` imports neither.  The
importers of `equinox.nn._stateful` are then `train`, `steps` and much of Equinox, but not `tools`.

`BuildManager.import_map` can't be used: where a submodule is reached as an attribute
(`jax.random.split` under `import jax`), the semantic analyzer of mypy 2.4 empties the set of the
module at work (`SemanticAnalyzer.add_transitive_submodule_imports` takes from it).

Limit: to find the states takes long where the heap is large, so it is done once a run.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping

from mypy.build import BuildManager, State


def states(manager: BuildManager | None) -> dict[str, State]:
    """The states of a build by the names of their modules: they lead to it, not it to them."""
    if manager is None:
        return {}
    return {o.id: o for o in gc.get_referrers(manager) if isinstance(o, State)}


def dependencies(graph: Mapping[str, State]) -> dict[str, list[str]]:
    """The modules that each module of a graph depends on."""
    return {name: list(state.dependencies) for name, state in graph.items()}


def importers(imports: Mapping[str, Iterable[str]], roots: Iterable[str]) -> set[str]:
    """Every module that imports one of the roots, directly or not, and the roots themselves.

    Args:
        imports: the modules that each module imports.
        roots: where to start.
    """
    reverse: dict[str, list[str]] = {}
    for importer, imported in imports.items():
        for name in imported:
            reverse.setdefault(name, []).append(importer)
    return reachable(reverse, roots)


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
