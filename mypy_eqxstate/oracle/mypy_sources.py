"""Sources of other modules, and what mypy knows of them.

mypy frees a module's tree once it is checked and keeps no bodies in its cache, so whoever wants to
know what a function of another module does has to read its source again.  What the definitions
in it declare is in mypy's symbol tables (`oracle/mypy_symbols.py`), which are the same whether a
module was checked in this run or came from the cache; `DeclaredOracle` answers from them, and says
"I don't know" of every expression.

A module that mypy has no table for is looked for among the installed packages: those without type
information are such.  Nothing is declared there.  mypy does not notice that such a file changes, so
the user's own modules are not looked for: what mypy was told to skip is skipped here, too.

Limits: a module that mypy knows as a stub counts by what the stub declares.  Files beyond
`MAXIMAL_SIZE` characters are not read.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from mypy import nodes
from mypy.types import CallableType, get_proper_type

from mypy_eqxstate.oracle.mypy_affine import AffineClasses
from mypy_eqxstate.oracle.mypy_declaring import NotedSymbols
from mypy_eqxstate.oracle.mypy_symbols import Symbols, plain_function
from mypy_eqxstate.oracle.mypy_types import KnownSignatures, is_unannotated
from mypy_eqxstate.oracle.protocol import SourceModule
from mypy_eqxstate.oracle.shapes import Signature
from mypy_eqxstate.oracle.silent import DeclaredOracle

MAXIMAL_SIZE: Final = 400_000
_AFFINE_LIBRARY: Final = "equinox"
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class MypySources:
    """The modules that a run of mypy can read.

    Args:
        modules: mypy's modules by name.
        read: the text of a file as mypy reads it; None if there is none.
        parse: the syntax tree of a text, or raises `SyntaxError` and the like.
        affine_classes: full names of classes that are affine by the library table or by
            configuration.
        concerned: the modules that import an affine class's home, directly or not; None if that is
            not known.
        search_path: directories of installed packages, which mypy may have no table for.
        signatures: those that are known already; more are added.
    """

    def __init__(
        self,
        modules: Mapping[str, nodes.MypyFile],
        read: Callable[[str], str | None],
        parse: Callable[[str], ast.Module],
        affine_classes: Container[str],
        concerned: Container[str] | None,
        search_path: Sequence[str] = (),
        signatures: KnownSignatures | None = None,
    ) -> None:
        self._modules = modules
        self._text = read
        self._parse = parse
        self._concerned = concerned
        self._paths: dict[str, str | None] = {}
        self._folders: dict[str, list[Path]] = {"": [Path(folder) for folder in search_path]}
        nothing = nodes.MypyFile([], [])
        self._symbols = Symbols(modules, nothing, AffineClasses(affine_classes), signatures)

    def module(self, name: str) -> SourceModule | None:
        """The module of a dotted name; None if there is none, or no source that can be read."""
        path = self._path(name)
        if path is None:
            return None
        source = self._text(path)
        if source is None or len(source) > MAXIMAL_SIZE:
            return None
        try:
            tree = self._parse(source)
        except (SyntaxError, ValueError, RecursionError):
            return None
        is_package = Path(path).name == "__init__.py"
        return SourceModule(name, path, tree, is_package, _ModuleOracle(name, tree, self._symbols))

    def may_make_affine(self, name: str) -> bool:
        """Whether the module imports, directly or not, an affine class."""
        if name in self._modules:
            return self._concerned is None or name in self._concerned
        path = self._path(name)
        source = None if path is None else self._text(path)
        return source is not None and _AFFINE_LIBRARY in source

    def _path(self, name: str) -> str | None:
        if name not in self._paths:
            self._paths[name] = self._find(name)
        return self._paths[name]

    def _find(self, name: str) -> str | None:
        tree = self._modules.get(name)
        if tree is not None:
            return tree.path if tree.path.endswith(".py") and not tree.is_stub else None
        if name.partition(".")[0] in sys.stdlib_module_names:
            return None
        around = self._modules.get(name.rpartition(".")[0])
        is_file = around is not None and around.path.endswith((".py", ".pyi"))
        if around is not None and is_file and not around.is_package_init_file():
            return None  # a module without modules in it
        package, _, own = name.rpartition(".")
        for folder in self._folders_of(package):
            for candidate in (folder / own / "__init__.py", folder / f"{own}.py"):
                if candidate.is_file():
                    return str(candidate)
        return None

    def _folders_of(self, package: str) -> list[Path]:
        """The folders that modules of an installed package may be in."""
        found = self._folders.get(package)
        if found is None:
            around, _, own = package.rpartition(".")
            candidates = [folder / own for folder in self._folders_of(around)]
            found = self._folders[package] = [path for path in candidates if path.is_dir()]
        return found


class _ModuleOracle(DeclaredOracle):
    """Answers about a module from what its definitions declare.

    Args:
        name: the module's name.
        tree: its syntax tree.
        symbols: mypy's symbol tables.
    """

    def __init__(self, name: str, tree: ast.Module, symbols: Symbols) -> None:
        self._noted = NotedSymbols(symbols)
        super().__init__(self._noted)
        self._symbols = symbols
        self._names = {node: f"{name}.{own}" for own, node in _functions(tree.body, "")}

    def declaring(self) -> frozenset[str]:
        """The modules that the answers so far were read from, as far as they are not obvious."""
        return frozenset(self._noted.modules)

    def parameter_signature(self, function: _Function) -> Signature | None:
        """The declared signature of a function of the module; None if unannotated or nested."""
        name = self._names.get(function)
        node = self._symbols.node(name) if name is not None else None
        definition = plain_function(node) if node is not None else None
        declared = get_proper_type(definition.type) if definition and definition.type else None
        if not isinstance(declared, CallableType) or is_unannotated(declared):
            return None
        self._noted.note_types((declared,))
        return self._symbols.shapes.signature(declared)


def _functions(statements: Sequence[ast.stmt], prefix: str) -> Iterator[tuple[str, _Function]]:
    """The functions of a module and of its classes by qualified name; nested ones left out."""
    for statement in statements:
        if isinstance(statement, _Function):
            yield prefix + statement.name, statement
        elif isinstance(statement, ast.ClassDef):
            yield from _functions(statement.body, f"{prefix}{statement.name}.")
        elif isinstance(statement, ast.If | ast.Try | ast.With):
            yield from _functions(statement.body, prefix)
            yield from _functions(getattr(statement, "orelse", []), prefix)
