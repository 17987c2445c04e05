"""The analysis of one module that mypy has checked: mypy's tree in, what is to be said out.

What the analysis needs is brought together here: the source as mypy has read it, the oracle that
answers from mypy's types, the other modules that calls lead into.  `session.py` imports this module
when the first module is to be analysed; a project without one does without it, and without all that
it imports.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Container

from mypy.build import BuildManager
from mypy.checker import TypeChecker
from mypy.nodes import MypyFile
from mypy.util import DecodeError, decode_python_encoding

from mypy_eqxstate.analysis import analyze_module, new_program
from mypy_eqxstate.config import Configuration
from mypy_eqxstate.oracle.affine_names import AffineNames
from mypy_eqxstate.oracle.mypy_sources import MypySources
from mypy_eqxstate.oracle.mypy_types import KnownSignatures
from mypy_eqxstate.oracle.of_mypy import MypyOracle
from mypy_eqxstate.report.finding import ModuleReport
from mypy_eqxstate.report.stored import are_standings_wanted, keep_standings


class ModuleCheck:
    """The analysis of the modules of one run.

    Args:
        manager: mypy's build.
        configuration: the user's settings.
        concerned: the modules that import an affine class's home, directly or not.
    """

    def __init__(
        self,
        manager: BuildManager,
        configuration: Configuration,
        concerned: Container[str],
    ) -> None:
        self._manager = manager
        self._configuration = configuration
        self._affine_classes = AffineNames(configuration.affine)
        self._concerned = concerned
        self._signatures: KnownSignatures = {}
        sources = MypySources(
            manager.modules,
            self._source,
            self._affine_classes,
            concerned,
            manager.search_paths.package_path,
            self._signatures,
        )
        self._program = new_program(sources, configuration)

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
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                module = ast.parse(source, type_comments=False)
        except (SyntaxError, ValueError, RecursionError) as error:
            version = ".".join(map(str, sys.version_info[:2]))
            said.limits.append(
                f"the file, which Python {version} (it runs mypy) can't parse: {error}"
            )
            return
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
        )
        keep_standings(self._manager, tree.path, result.standings)
        said.findings = result.findings
        said.modules = result.modules
        said.faults += [*result.faults, *oracle.faults.values()]
        said.limits += [f'"{name}", whose analysis does not settle' for name in result.limits]

    def _source(self, path: str) -> str | None:
        """The text of a source file as mypy has read it; None if there is no such file."""
        try:
            data = self._manager.fscache.read(self._manager.maybe_swap_for_shadow_path(path))
            return decode_python_encoding(data)
        except (OSError, DecodeError, UnicodeError):
            return None
