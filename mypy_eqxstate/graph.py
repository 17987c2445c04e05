"""Which modules import which, as mypy has found out: what may concern us is decided on this.

mypy knows the imports of every module of a build, also of those that come from its cache, but gives
them away in few places.  Its graph of import cycles (`BuildManager.scc_by_id`: strongly connected
components) is complete and costs nothing to read.  Components are all that is needed: who imports
one module of a cycle imports all of it.

Worked example.  `train` imports `steps`, which imports `equinox.nn`; `tools` imports neither.  The
importers of `equinox.nn._stateful` are then `train`, `steps` and much of Equinox, but not `tools`.

Two other ways can't be gone.  `BuildManager.import_map` is not reliable: where a submodule is
reached as an attribute (`jax.random.split` under `import jax`), the semantic analyzer of mypy 2.4
empties the set of the module at work (`add_transitive_submodule_imports` takes from it).  And
looking for mypy's `State` objects among all objects of the process takes long in a large one.

Limits: in the daemon the components are those of its first check.  `import_map` then has the
imports of the modules that were edited, and their old ones stay: a module counts as an importer
until the daemon is restarted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mypy.build import BuildManager
from mypy.nodes import Import, ImportAll, ImportFrom, MypyFile
from mypy.util import correct_relative_import


def dependencies(manager: BuildManager) -> dict[str, set[str]]:
    """The modules that each module of a build depends on.

    Of a cycle that a module imports, one member stands for all: they depend on each other.
    """
    found: dict[str, set[str]] = {}
    ahead = {number: next(iter(scc.mod_ids)) for number, scc in manager.scc_by_id.items()}
    for number, scc in manager.scc_by_id.items():
        imported = {ahead[other] for other in scc.deps if other in ahead}
        for name in scc.mod_ids:
            found[name] = {ahead[number]}
        found[ahead[number]] = imported | scc.mod_ids
    if manager.options.fine_grained_incremental or not found:
        for name, also in manager.import_map.items():
            found[name] = found.get(name, set()) | also
    return found


def direct_imports(tree: MypyFile) -> set[str]:
    """The modules that a freshly checked module imports, and what it may import as one."""
    found: set[str] = set()
    for node in tree.imports:
        if isinstance(node, Import):
            found.update(name for name, _ in node.ids)
        elif isinstance(node, (ImportFrom, ImportAll)):
            name, ok = correct_relative_import(
                tree.fullname, node.relative, node.id, tree.is_package_init_file()
            )
            found.add(name if ok else node.id)
            if isinstance(node, ImportFrom):
                found.update(f"{name}.{member}" for member, _ in node.names)
    return found


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
