"""The analysis of one module that mypy has checked: mypy's tree in, what is to be said out.

What the analysis needs is brought together here: the source as mypy has read it, the oracle that
answers from mypy's types, the other modules that calls lead into.  `session.py` imports this module
when the first module is to be analysed; a project without one does without it, and without all that
it imports.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mypy.build import BuildManager
from mypy.checker import TypeChecker
from mypy.nodes import MypyFile
from mypy.util import DecodeError, decode_python_encoding

from mypy_eqxstate.analysis import analyze_module, new_program
from mypy_eqxstate.config import Configuration
from mypy_eqxstate.faults import THE_MODULE, contained
from mypy_eqxstate.flow.solutions import Solutions
from mypy_eqxstate.graft import Source
from mypy_eqxstate.oracle.affine_names import AffineNames
from mypy_eqxstate.oracle.mypy_sources import MypySources
from mypy_eqxstate.oracle.mypy_types import KnownSignatures
from mypy_eqxstate.oracle.of_mypy import MypyOracle
from mypy_eqxstate.report.finding import ModuleReport
from mypy_eqxstate.report.stored import are_standings_wanted, keep_standings
from mypy_eqxstate.resident import Resident, surroundings_of
from mypy_eqxstate.syntax import RecentTrees, parsed

if TYPE_CHECKING:
    from mypy_eqxstate.analysis import AnalysisResult

MAXIMAL_TREES: Final = 300_000
"""How many characters of source may wait, parsed, for somebody who looks into that module."""


@dataclass(frozen=True, slots=True)
class Residence:
    """Where the memory of a process that stays is, and what it must know of the build.

    Attributes:
        resident: the memory.
        concerned: the modules that an affine object can come to.
        dependencies: the modules that a module uses.
        needs: the same, and those that these use, and so on.
    """

    resident: Resident
    concerned: frozenset[str]
    dependencies: Callable[[str], frozenset[str]]
    needs: Callable[[str], set[str]]


class ModuleCheck:
    """The analysis of the modules of one run.

    Args:
        manager: mypy's build.
        configuration: the user's settings.
        concerned: the modules that import an affine class's home, directly or not.
        residence: the memory of a process that stays; None if this one does not.
    """

    def __init__(
        self,
        manager: BuildManager,
        configuration: Configuration,
        concerned: Container[str],
        residence: Residence | None = None,
    ) -> None:
        self._manager = manager
        self._configuration = configuration
        self._affine_classes = AffineNames(configuration.affine)
        self._concerned = concerned
        self._signatures: KnownSignatures = {}
        self._trees = RecentTrees(MAXIMAL_TREES)
        sources = MypySources(
            manager.modules,
            self._source,
            self._trees.parsed,
            self._affine_classes,
            concerned,
            manager.search_paths.package_path,
            self._signatures,
        )
        self._residence = residence
        self._analysed: set[str] = set()
        keep_objects = residence is not None and residence.resident.keeps_objects
        self._program = new_program(sources, configuration, keep_objects)

    def run(self, tree: MypyFile, checker: TypeChecker, said: ModuleReport) -> None:
        """Analyse one module.

        Args:
            tree: mypy's tree of the module.
            checker: the type checker that has checked it.
            said: what there is to say is added to it, and the modules that were looked into.
        """
        source = self._source(tree.path)
        if source is None:
            return
        try:
            module = self._parsed(tree.fullname, source)
        except (SyntaxError, ValueError, RecursionError) as error:
            version = ".".join(map(str, sys.version_info[:2]))
            said.limits.append(
                f"the file, which Python {version} (it runs mypy) can't parse: {error}"
            )
            return
        result = None
        if self._residence is not None:
            with contained(said.faults, THE_MODULE):
                result = self._analyze_again(tree, checker, module, source, self._residence)
            if result is None:
                module = parsed(source)  # what there was has lost nodes
        if result is None:
            result = self._analyze(tree, checker, module, source)
        if self._residence is None:
            # Those that import it are checked next, and may look into it.
            self._trees.keep(source, module)
        keep_standings(self._manager, tree.path, result.standings)
        said.findings = result.findings
        said.modules = result.modules
        said.declaring = result.declaring
        said.faults += result.faults
        said.limits += [f'"{name}", whose analysis does not settle' for name in result.limits]

    def _parsed(self, name: str, source: str) -> ast.Module:
        """The syntax tree of a module."""
        if self._residence is not None and name not in self._analysed:
            again = self._residence.resident.parsed(name, source)
            if again is not None:
                return again
        return parsed(source)

    def _analyze(
        self,
        tree: MypyFile,
        checker: TypeChecker,
        module: ast.Module,
        source: str,
        solutions: Solutions | None = None,
    ) -> AnalysisResult:
        oracle = MypyOracle(
            tree, checker, module, self._affine_classes, self._concerned, self._signatures
        )
        result = analyze_module(
            tree.path,
            tree.fullname,
            module,
            source,
            oracle,
            self._configuration,
            self._program,
            observe=are_standings_wanted(),
            solutions=solutions,
        )
        result.faults += oracle.faults.values()
        return result

    def _analyze_again(
        self,
        tree: MypyFile,
        checker: TypeChecker,
        module: ast.Module,
        text: str,
        residence: Residence,
    ) -> AnalysisResult | None:
        """Analyse a module with what is left of its last analysis; None if that is in doubt."""
        name, resident = tree.fullname, residence.resident
        source = Source(text, module)
        surroundings = surroundings_of(
            tree,
            self._configuration,
            residence.dependencies(name),
            frozenset(self._manager.modules),
            residence.concerned,
            are_standings_wanted(),
        )
        if name in self._analysed:
            # What is known of other modules may have been found with the nodes of this one.
            resident.forget(name)
        self._analysed.add(name)
        solutions = resident.resume(name, tree.path, source, surroundings, residence.needs)
        result = self._analyze(tree, checker, module, text, solutions)
        in_doubt = result.faults or result.limits
        if solutions.reused and in_doubt:
            return None
        if not in_doubt:
            declaring = frozenset(result.declaring)
            resident.keep(name, source, surroundings, solutions, declaring)
        return result

    def _source(self, path: str) -> str | None:
        """The text of a source file as mypy has read it; None if there is no such file."""
        try:
            data = self._manager.fscache.read(self._manager.maybe_swap_for_shadow_path(path))
            return decode_python_encoding(data)
        except (OSError, DecodeError, UnicodeError):
            return None
