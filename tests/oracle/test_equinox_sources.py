"""All of Equinox's own sources: every node is paired, and mypy says what it says without us.

The type information of JAX is kept in pytest's cache directory, so that only the first run is slow.
"""

from __future__ import annotations

import ast
import importlib.util
import shutil
from collections import Counter
from pathlib import Path

import pytest

from mypy_eqxstate.faults import Fault
from mypy_eqxstate.oracle.of_mypy import MypyOracle
from tests.oracle.checked import check


def _copy(where: Path) -> dict[str, Path]:
    """Equinox's sources outside of site-packages (where mypy checks bodies), by module name."""
    specification = importlib.util.find_spec("equinox")
    assert specification is not None and specification.submodule_search_locations
    shutil.copytree(specification.submodule_search_locations[0], where / "equinox")
    files = {}
    for path in sorted((where / "equinox").rglob("*.py")):
        parts = path.relative_to(where).with_suffix("").parts
        files[".".join(parts).removesuffix(".__init__")] = path
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n# {where}\n")  # never unchanged for mypy
    return files


def test_every_node_is_paired_and_no_diagnostic_changes(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    assert pytestconfig.cache is not None
    cache = pytestconfig.cache.mkdir("mypy_eqxstate")
    files = _copy(tmp_path)
    mismatches: list[tuple[str, str, int]] = []
    faults: dict[str, Fault] = {}
    counts: Counter[str] = Counter()

    def look(oracle: MypyOracle, module: ast.Module) -> None:
        oracle.pairing.pair_everything()
        mismatches.extend(oracle.pairing.mismatches)
        for node in ast.walk(module):
            if isinstance(node, ast.expr):
                oracle.shape(node)
                target = oracle.target(node)
                if target is not None:
                    counts["targets"] += 1
                    oracle.declaration(target)
                    oracle.class_info(target)
            if isinstance(node, ast.Call):
                counts["calls"] += 1
                counts["paired"] += oracle.pairing.partner(node) is not None
                counts["signatures"] += oracle.signature(node) is not None
                oracle.never_returns(node)
                oracle.swallows_exceptions(node)
            if isinstance(node, ast.stmt):
                oracle.reachable(node)
            if isinstance(node, ast.FunctionDef):
                oracle.parameter_signature(node)
        faults.update(oracle.faults)

    with_plugin = check(files, look, cache / "with")
    without_plugin = check(files, look, cache / "without", plain=True)
    assert mismatches == []
    assert faults == {}
    assert counts["paired"] >= counts["calls"] - 30 > 2000  # calls inside annotations have none
    assert counts["targets"] > 5000
    assert sorted(with_plugin) == sorted(without_plugin)  # cycles are checked in any order
