"""Sources of other modules, found without mypy, and what is declared in them.

As with mypy (`oracle/mypy_sources.py`) a module that is known by a stub counts by what the stub
declares, so that its source is not read; the standard library is not read either; and of the
expressions in other modules no types are asked for, so that what a body says does not depend on who
asks.

Limit: files beyond `MAXIMAL_SIZE` characters are not read.
"""

from __future__ import annotations

import ast
import sys
from typing import Final

from mypy_eqxstate.oracle.protocol import SourceModule
from mypy_eqxstate.oracle.shapes import Signature
from mypy_eqxstate.oracle.silent import DeclaredOracle
from mypy_eqxstate.oracle.tsp.imports import ImportGraph
from mypy_eqxstate.oracle.tsp.modules import Module, Modules
from mypy_eqxstate.oracle.tsp.scopes import Function
from mypy_eqxstate.oracle.tsp.symbols import Symbols

MAXIMAL_SIZE: Final = 400_000


class TspSources:
    """The modules that can be read.

    Args:
        modules: finds and parses them.
        symbols: what definitions say.
        graph: which modules may make affine objects.
    """

    def __init__(self, modules: Modules, symbols: Symbols, graph: ImportGraph) -> None:
        self._modules = modules
        self._symbols = symbols
        self._graph = graph

    def module(self, name: str) -> SourceModule | None:
        """The module of a dotted name; None if there is none, or no source that can be read."""
        if name.partition(".")[0] in sys.stdlib_module_names:
            return None
        path = self._modules.find(name)
        if path is None or path.suffix != ".py":
            return None
        module = self._modules.named(name)
        if module is None or len(module.text) > MAXIMAL_SIZE:
            return None
        oracle = _ModuleOracle(module, self._symbols)
        return SourceModule(name, str(path), module.tree, module.is_package, oracle)

    def may_make_affine(self, name: str) -> bool:
        """Whether the module imports, directly or not, the home of an affine class."""
        return self._graph.may_make_affine(name)


class _ModuleOracle(DeclaredOracle):
    """Answers about a module from what its definitions declare.

    Args:
        module: the module.
        symbols: what definitions say.
    """

    def __init__(self, module: Module, symbols: Symbols) -> None:
        super().__init__(symbols)
        self._module = module
        self._symbols = symbols

    def parameter_signature(self, function: Function) -> Signature | None:
        """The declared signature of a function of the module; None if unannotated or nested."""
        owner: ast.AST | None = self._module.owner(function)
        while isinstance(owner, ast.ClassDef):
            owner = self._module.owner(owner)
        if owner is not None:
            return None
        return self._symbols.parameter_signature(self._module, function)
