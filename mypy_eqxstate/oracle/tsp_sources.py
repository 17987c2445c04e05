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

from mypy_eqxstate.oracle.protocol import ClassInfo, Declaration, SourceModule
from mypy_eqxstate.oracle.shapes import UNKNOWN, Shape, Signature
from mypy_eqxstate.oracle.tsp_imports import ImportGraph
from mypy_eqxstate.oracle.tsp_modules import Module, Modules
from mypy_eqxstate.oracle.tsp_scopes import Function
from mypy_eqxstate.oracle.tsp_symbols import Symbols

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
        oracle = DeclaredOracle(module, self._symbols)
        return SourceModule(name, str(path), module.tree, module.is_package, oracle)

    def may_make_affine(self, name: str) -> bool:
        """Whether the module imports, directly or not, the home of an affine class."""
        return self._graph.may_make_affine(name)


class DeclaredOracle:
    """Answers about a module from what its definitions declare; of expressions nothing is known.

    Args:
        module: the module.
        symbols: what definitions say.
    """

    def __init__(self, module: Module, symbols: Symbols) -> None:
        self._module = module
        self._symbols = symbols

    def affine_lines(self) -> frozenset[int] | None:
        """No types, no lines."""
        return None

    def shape(self, node: ast.expr) -> Shape:
        """The types of expressions are not known."""
        return UNKNOWN

    def target(self, node: ast.expr) -> str | None:
        """Nor is what they refer to."""
        return None

    def signature(self, call: ast.Call) -> Signature | None:
        """Nor the signatures of calls."""
        return None

    def declaration(self, full_name: str) -> Declaration | None:
        """The function or method of this full name (of a class: its constructor), or None."""
        return self._symbols.declaration(full_name)

    def class_info(self, full_name: str) -> ClassInfo | None:
        """The class of this full name; None if there is none."""
        return self._symbols.class_info(full_name)

    def method(self, class_name: str, name: str) -> Declaration | None:
        """The method that an instance of the class has under this name, looked up by its MRO."""
        return self._symbols.method(class_name, name)

    def parameter_signature(self, function: Function) -> Signature | None:
        """The declared signature of a function of the module; None if unannotated or nested."""
        owner: ast.AST | None = self._module.owner(function)
        while isinstance(owner, ast.ClassDef):
            owner = self._module.owner(owner)
        if owner is not None:
            return None
        return self._symbols.parameter_signature(self._module, function)

    def reachable(self, statement: ast.stmt) -> bool:
        """In doubt, a statement can be reached."""
        return True

    def never_returns(self, call: ast.Call) -> bool:
        """In doubt, a call returns."""
        return False

    def swallows_exceptions(self, context: ast.expr) -> bool:
        """In doubt, a context manager lets exceptions pass."""
        return False
