"""The fast part of the suite that judges a mutant: all scenario cases, without running mypy again.

mypy checks the cases once, and what the analysis wants to know is kept alive: the syntax trees and
the oracles that answer from mypy's types.  `failing` then analyses case after case and compares
with what stands beside the code, as `tests/scenarios/test_cases.py` does, but for what mypy
does with findings afterwards (`# type: ignore`).
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mypy.build import BuildSource, build
from mypy.checker import TypeChecker
from mypy.defaults import RECURSION_LIMIT
from mypy.nodes import MypyFile
from mypy.options import Options

from mypy_eqxstate.analysis import analyze_module, new_program
from mypy_eqxstate.config import Configuration
from mypy_eqxstate.module_check import ModuleCheck
from mypy_eqxstate.mypy_plugin import EqxstatePlugin
from mypy_eqxstate.oracle.mypy_sources import MypySources
from mypy_eqxstate.oracle.of_mypy import MypyOracle
from mypy_eqxstate.syntax import parsed
from tests.scenarios.scenario_format import CASES, Case, all_cases, can_parse
from tests.scenarios.test_cases import Found, differences

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class _Checked:
    """A case that mypy has checked."""

    case: Case
    tree: MypyFile
    source: str
    module: ast.Module
    oracle: MypyOracle


class Suite:
    """The scenario cases, checked by mypy once.

    Args:
        cache: a folder for mypy's cache.
    """

    def __init__(self, cache: Path) -> None:
        sys.setrecursionlimit(RECURSION_LIMIT)
        self._checked: list[_Checked] = []
        self._program: dict[str, Any] = {}
        self._build(cache)
        self._known = {c.case.name: self._problems(c) for c in self._checked}

    def _build(self, cache: Path) -> None:
        cases = {str(case.path): case for case in all_cases() if can_parse(case.python)}
        options = Options()
        options.cache_dir = str(cache)
        options.python_executable = sys.executable
        options.mypy_path = [str(ROOT), str(ROOT / "stubs")]
        plugin = EqxstatePlugin(options)
        suite = self

        def keep(check: ModuleCheck, tree: MypyFile, checker: TypeChecker, said: Any) -> None:
            case = cases.get(str(Path(tree.path).resolve()))
            source = check._source(tree.path)
            if case is None or source is None:
                return
            module = ast.parse(source)
            # mypy empties the map and the tree when it goes on.
            kept = dict(checker._type_maps[0])
            oracle = MypyOracle(tree, checker, module, check._affine_classes, check._concerned)
            oracle.pairing.pair_everything()
            oracle._types = oracle._reachability._typed = kept
            suite._checked.append(_Checked(case, tree, source, module, oracle))
            suite._program = {"check": check}

        original = ModuleCheck.run
        ModuleCheck.run = keep  # type: ignore[assignment, method-assign]
        try:
            sources = [
                BuildSource(path, f"cases.{Path(path).stem}", None, base_dir=str(CASES.parent))
                for path in cases
            ]
            build(sources, options, extra_plugins=[plugin])
        finally:
            ModuleCheck.run = original  # type: ignore[method-assign]

    def failing(self, first: Sequence[str] = ()) -> Iterator[str]:
        """The cases that say something else than before, as they are found.

        Args:
            first: names of cases to begin with.
        """
        order = {name: number for number, name in enumerate(first)}
        for checked in sorted(self._checked, key=lambda c: order.get(c.case.name, len(order))):
            if self._problems(checked) != self._known[checked.case.name]:
                yield checked.case.name

    def __len__(self) -> int:
        return len(self._checked)

    def _problems(self, checked: _Checked) -> list[str]:
        check = self._program["check"]
        manager = check._manager
        configuration = Configuration()
        sources = MypySources(
            manager.modules,
            check._source,
            parsed,
            check._affine_classes,
            check._concerned,
            manager.search_paths.package_path,
        )
        result = analyze_module(
            checked.tree.path,
            checked.tree.fullname,
            checked.module,
            checked.source,
            checked.oracle,
            configuration,
            new_program(sources, configuration),
        )
        found = [Found(f.position.line, f.rule, f.message) for f in result.findings]
        return [*differences(checked.case, found), *map(str, result.faults), *result.limits]
