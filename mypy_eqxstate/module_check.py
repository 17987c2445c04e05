"""The analysis of one module that mypy has checked: mypy's tree in, mypy's errors out.

What the analysis needs is brought together here: the source as mypy has read it, the oracle that
answers from mypy's types, the other modules that calls lead into.  `session.py` imports this module
when the first module is to be analysed; a project without one does without it, and without all that
it imports.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Callable, Container
from pathlib import Path

from mypy.build import BuildManager
from mypy.checker import TypeChecker
from mypy.nodes import MypyFile
from mypy.util import DecodeError, decode_python_encoding

from mypy_eqxstate.analysis import analyze_module, new_program
from mypy_eqxstate.config import Configuration
from mypy_eqxstate.oracle.mypy_affine import AffineNames
from mypy_eqxstate.oracle.mypy_sources import MypySources
from mypy_eqxstate.oracle.of_mypy import MypyOracle
from mypy_eqxstate.report.to_mypy import report_findings, report_limits


class ModuleCheck:
    """The analysis of the modules of one run.

    Args:
        manager: mypy's build; None if it was not found: then other modules are not looked into.
        configuration: the user's settings.
        concerned: the modules that import an affine class's home, directly or not; None if that is
            not known.
    """

    def __init__(
        self,
        manager: BuildManager | None,
        configuration: Configuration,
        concerned: Container[str] | None,
    ) -> None:
        self._manager = manager
        self._configuration = configuration
        self._affine_classes = AffineNames(configuration.affine)
        self._concerned = concerned
        self._program = None
        if manager is not None:
            paths = manager.search_paths
            sources = MypySources(
                manager.modules,
                self._source,
                self._affine_classes,
                concerned,
                (*paths.python_path, *paths.mypy_path, *paths.package_path),
            )
            self._program = new_program(sources, configuration)

    def run(
        self,
        tree: MypyFile,
        checker: TypeChecker,
        faults: list[str],
        show_traceback: Callable[[str], None],
    ) -> set[str]:
        """Check one module, and report what is found.

        Args:
            tree: mypy's tree of the module.
            checker: the type checker that has checked it.
            faults: descriptions of internal faults are added to it.
            show_traceback: is given the tracebacks of faults that were contained.

        Returns:
            Names of the modules on whose contents the findings rest.
        """
        source = self._source(tree.path)
        if source is None:
            return set()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                module = ast.parse(source, type_comments=False)
        except (SyntaxError, ValueError, RecursionError) as error:
            version = ".".join(map(str, sys.version_info[:2]))
            report_limits(
                checker, [f"the file, which Python {version} (it runs mypy) can't parse: {error}"]
            )
            return set()
        oracle = MypyOracle(tree, checker, module, self._affine_classes, self._concerned)
        result = analyze_module(
            tree.path, tree.fullname, module, source, oracle, self._configuration, self._program
        )
        report_findings(checker, result.findings)
        faults.extend(result.faults)
        if result.limits:
            report_limits(
                checker, [f'"{name}", whose analysis does not settle' for name in result.limits]
            )
        for question, trace in oracle.faults.items():
            faults.append(f"in the oracle's `{question}`: {trace.strip().splitlines()[-1]}")
            show_traceback(trace)
        return {name for name in result.modules if name != tree.fullname}

    def _source(self, path: str) -> str | None:
        """The text of a source file as mypy has read it; None if there is no such file."""
        try:
            if self._manager is not None:
                data = self._manager.fscache.read(self._manager.maybe_swap_for_shadow_path(path))
            else:
                data = Path(path).read_bytes()
            return decode_python_encoding(data)
        except (OSError, DecodeError, UnicodeError):
            return None
