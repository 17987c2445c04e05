"""The build that mypy is at: its manager, and the graph of modules.

Nothing that a plugin is given leads to them, so what refers to them is looked for.  That goes
through all objects there are, and is quick only while mypy still loads modules.  The graph that it
fills then is the dictionary that it goes on with.

Worked example.  Mypy parses `train.py`, which imports Equinox: the build will be needed, and a few
hundred thousand objects are gone through.  When mypy begins to check, there are millions.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import Final

from mypy.build import BuildManager, State
from mypy.modules_state import modules_state
from mypy.nodes import MypyFile

# While mypy loads modules; what is not found by then is looked for when it is needed.
_MAXIMAL_LOOKS: Final = 8


class Build:
    """The build of one run, as far as it is found.

    Attributes:
        manager: mypy's build manager; None if it was not looked for yet, or not found.
    """

    def __init__(self) -> None:
        self.manager: BuildManager | None = None
        self._graph: Mapping[str, State] | None = None
        self._is_wanted = False
        self._looks_left = _MAXIMAL_LOOKS

    def want(self) -> None:
        """The build will be needed."""
        self._is_wanted = self._is_wanted or self.manager is None

    def look(self) -> None:
        """Look for it while mypy loads modules, if it is wanted and was not found yet."""
        if not self._is_wanted or not self._looks_left:
            return
        self._looks_left -= 1
        if self.manager is None:
            self.manager = _manager_of(modules_state.modules)
        self._graph = _graph_at_work(self.manager)
        self._is_wanted = self._graph is None

    def manager_of(self, modules: Mapping[str, MypyFile]) -> BuildManager | None:
        """The manager of the build whose modules these are."""
        if self.manager is None or self.manager.modules is not modules:
            self.manager = _manager_of(modules)
        return self.manager

    def take_graph(self, modules: Mapping[str, MypyFile]) -> Mapping[str, State]:
        """The states of all modules of the build whose modules these are, once they are loaded."""
        graph, self._graph = self._graph, None
        manager = self.manager_of(modules)
        if graph is None or manager is None or not _is_graph_of(graph, manager):
            return states(manager)
        return graph


def states(manager: BuildManager | None) -> dict[str, State]:
    """The states of a build by the names of their modules: they lead to it, not it to them."""
    if manager is None:
        return {}
    return {o.id: o for o in gc.get_referrers(manager) if isinstance(o, State)}


def _graph_at_work(manager: BuildManager | None) -> Mapping[str, State] | None:
    """The graph that mypy is filling while it loads modules; None if there is nothing in it yet."""
    if manager is None:
        return None
    state = next((o for o in gc.get_referrers(manager) if isinstance(o, State)), None)
    if state is None:
        return None
    holders = (o for o in gc.get_referrers(state) if isinstance(o, dict))
    return next((holder for holder in holders if holder.get(state.id) is state), None)


def _is_graph_of(graph: Mapping[str, State], manager: BuildManager) -> bool:
    """Whether all modules of a build are in a graph, and it is one of this build."""
    state = next(iter(graph.values()), None)
    of_this_build = state is not None and state.manager is manager
    return of_this_build and graph.keys() >= manager.modules.keys()


def _manager_of(modules: Mapping[str, MypyFile]) -> BuildManager | None:
    """The build whose modules these are.  Nothing that a plugin is given leads to it."""
    managers = (o for o in gc.get_referrers(modules) if isinstance(o, BuildManager))
    return next(managers, None)
