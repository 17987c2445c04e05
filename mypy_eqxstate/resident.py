"""What the analysis of a module leaves for the next one, in a process that stays: mypy's daemon.

After an edit the daemon loads the edited module anew and asks for its findings.  Nearly all of its
functions are as they were.  A `Resident` keeps the syntax tree and the solutions of the modules
that were analysed last (`flow/solutions.py`), and gives them to the next analysis if they can
serve:

- nothing but bodies of functions was edited (`graft.py`).  Functions that were not keep their
  nodes, by which solutions are known;
- mypy declares the same in the module as before: its own snapshot of the symbol table, by which it
  decides itself whom to check again, is equal.  What it says of the inside of one function then
  follows from that function's text alone, as bodies have no other way to speak to each other;
- no module that this one uses, directly or not, was loaded in between, none has appeared or gone,
  and affine objects can come to the same ones.  A module that is not loaded has not changed: what
  depends on the edited one is always loaded as a whole (`daemon.py`);
- the configuration is the same, and an editor wants to know as much.

Everything else is made anew each time: the index, what mypy is asked, the solution of the module
body, the wording.  So what is not understood here costs time, and nothing else.

Worked example.  In `train.py` a statement is put into `step`, and `train` behind it moves down by a
line.  The tree of the new text gets the old nodes of all functions but `step`, which are moved.
`step` is solved; its summary is as before; so `train` and all others are taken over.

Limits.  The first analysis after the daemon's first build is a whole one: there nothing is kept, as
most of its modules are never edited.  `MAXIMAL_MODULES` are kept.  Objects are interned, and what
is kept needs them; so once there are more than `MAXIMAL_OBJECTS`, all is forgotten.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from mypy.nodes import MypyFile
from mypy.server.astdiff import SymbolSnapshot

from mypy_eqxstate.config import Configuration
from mypy_eqxstate.daemon import declarations
from mypy_eqxstate.flow.solutions import Earlier, Facts, Key, Solution, Solutions
from mypy_eqxstate.flow.values import known_objects
from mypy_eqxstate.graft import Graft, Source, graft
from mypy_eqxstate.ir.model import FunctionNode
from mypy_eqxstate.reparse import reparsed

MAXIMAL_MODULES: Final = 4
MAXIMAL_OBJECTS: Final = 300_000


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the analysis of a module rests on besides its own text.

    Attributes:
        configuration: the user's.
        declared: mypy's snapshot of the module's symbol table.
        dependencies: the modules that it uses.
        modules: all modules of the build.
        concerned: the modules that an affine object can come to.
        observing: it is noted how places stand, too.
    """

    configuration: Configuration
    declared: Mapping[str, SymbolSnapshot]
    dependencies: frozenset[str]
    modules: frozenset[str]
    concerned: frozenset[str]
    observing: bool


@dataclass(slots=True)
class _Left:
    """What one analysis has left.

    Attributes:
        source: the text and the tree.
        surroundings: what it rested on.
        solutions, facts, declaring: see `flow/solutions.py`.
        names: how functions were called.
        loaded: the other modules that mypy has loaded since.
    """

    source: Source
    surroundings: Surroundings
    solutions: Mapping[Key, Solution]
    facts: Facts
    declaring: frozenset[str]
    names: Mapping[FunctionNode, str]
    loaded: set[str] = field(default_factory=set)


class Resident:
    """The memory of one daemon."""

    def __init__(self) -> None:
        self._left: dict[str, _Left] = {}

    @property
    def keeps_objects(self) -> bool:
        """Whether interned objects are still needed."""
        if known_objects() > MAXIMAL_OBJECTS:
            self._left.clear()
        return bool(self._left)

    def note_loaded(self, name: str) -> None:
        """Mypy has loaded a module anew."""
        for other, left in self._left.items():
            if other != name:
                left.loaded.add(name)

    def forget(self, name: str) -> None:
        """Nothing is to be known of a module any more."""
        self._left.pop(name, None)

    def parsed(self, name: str, text: str) -> ast.Module | None:
        """The tree of a module's new text; None if all of the text has to be parsed for it."""
        left = self._left.get(name)
        return None if left is None else reparsed(left.source, text)

    def resume(
        self,
        name: str,
        path: str,
        source: Source,
        surroundings: Surroundings,
        needs: Callable[[str], set[str]],
    ) -> Solutions:
        """What can serve in the analysis of a module.

        Args:
            name: the module.
            path: its file.
            source: its text, and the tree of it, which gets older nodes.
            surroundings: what its analysis rests on besides.
            needs: all modules that a module uses, directly or not.
        """
        left = self._left.pop(name, None)
        if left is None or left.surroundings != surroundings:
            return Solutions(path)
        if left.loaded and not left.loaded.isdisjoint(needs(name)):
            return Solutions(path)
        grafted = graft(left.source, source)
        if grafted is None:
            return Solutions(path)
        return Solutions(path, _earlier(left, grafted))

    def keep(
        self,
        name: str,
        source: Source,
        surroundings: Surroundings,
        solutions: Solutions,
        declaring: frozenset[str],
    ) -> None:
        """Keep what an analysis has left; nothing was given up in it, and it had no fault.

        Args:
            name: the module.
            source: its text and tree.
            surroundings: what the analysis rested on besides.
            solutions: what there is to keep.
            declaring: the modules that the type checker's answers were read from.
        """
        if solutions.facts is None:
            return
        while len(self._left) >= MAXIMAL_MODULES:
            del self._left[next(iter(self._left))]
        self._left[name] = _Left(
            source,
            surroundings,
            solutions.kept,
            solutions.facts,
            declaring,
            solutions.function_names,
        )


def _earlier(left: _Left, grafted: Graft) -> Earlier:
    """What is left of an analysis for those functions that were not edited."""
    # Several definitions of one name are called after their lines.
    unchanged = {
        left.names[definition]
        for definition in grafted.unchanged
        if "@" not in left.names.get(definition, "@")
    }
    inside = frozenset(
        node for node, name in left.names.items() if name.partition(".<locals>.")[0] in unchanged
    )
    return Earlier(
        {key: solution for key, solution in left.solutions.items() if key[0] in inside},
        left.facts,
        left.declaring,
        inside | grafted.edited,
        grafted.lines if grafted.moved else None,
    )


def surroundings_of(
    tree: MypyFile,
    configuration: Configuration,
    dependencies: frozenset[str],
    modules: frozenset[str],
    concerned: frozenset[str],
    observing: bool,
) -> Surroundings:
    """What the analysis of a module that mypy has just checked rests on.

    Args:
        tree: mypy's tree of the module.
        configuration: the user's.
        dependencies: the modules that it uses.
        modules: all modules of the build.
        concerned: the modules that an affine object can come to.
        observing: it is to be noted how places stand.
    """
    declared = declarations(tree)
    return Surroundings(configuration, declared, dependencies, modules, concerned, observing)
