"""The files of modules: where a module lies, what a file's module is called, and its syntax.

A type server names definitions by file and position, and the analysis by dotted names; `Modules`
leads from one to the other and back.  For

    file:///.../site-packages/equinox/nn/_batch_norm.py, line 16, "BatchNorm"

the module is `equinox.nn._batch_norm`, and its syntax tree says that line 16 begins the class
`BatchNorm` of it.

Stub packages (`equinox-stubs`) come before the packages that they describe, module by module, so
that a partial one covers what it has; `.pyi` files come before `.py` files, and the type server's
standard library before installed packages.

Limits: namespace packages have no file and so no names; zipped packages are not read.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from mypy_eqxstate.oracle.tsp.folders import Folders
from mypy_eqxstate.oracle.tsp.scopes import Binding, Function, Scope, TypeParameter, read_scope
from mypy_eqxstate.syntax import parsed

Reader = Callable[[Path], str | None]
Definition = Function | ast.ClassDef


class Module:
    """One module's source.

    Attributes:
        name: its dotted name.
        path: its file.
        text: its source.
        tree: its syntax.
        is_package: it is the `__init__` of a package.
        is_stub: it is a `.pyi` file.
    """

    def __init__(self, name: str, path: Path, text: str, tree: ast.Module) -> None:
        self.name = name
        self.path = path
        self.text = text
        self.tree = tree
        self.is_package = path.stem == "__init__"
        self.is_stub = path.suffix == ".pyi"
        self._scopes: dict[ast.AST, Scope] = {}
        self._annotation_scopes: dict[ast.AST, Scope] = {}

    @cached_property
    def scope(self) -> Scope:
        """The names of the module."""
        return read_scope(self.tree, self.absolute_name)

    def absolute_name(self, module: str | None, level: int) -> str:
        """The absolute name of the module in `from <level dots><module> import ...`."""
        if not level:
            return module or ""
        parts = self.name.split(".")
        drop = level - 1 if self.is_package else level
        kept = parts[: len(parts) - drop]
        return ".".join([*kept, module] if module else kept)

    def scope_of(self, node: Definition) -> Scope:
        """The names that are seen in the body of a class or function."""
        found = self._scopes.get(node)
        if found is None:
            around = self._parents.get(node)
            parent = self.scope if around is None else self.scope_of(around)
            if parent.is_class and parent.parent is not None:
                parent = parent.parent  # a body does not see the names of the class around
            found = self._scopes[node] = read_scope(node, self.absolute_name, parent)
        return found

    def scope_around(self, node: Definition) -> Scope:
        """The names that are seen where a class or function is defined, in its decorators, say."""
        around = self._parents.get(node)
        return self.scope if around is None else self.scope_of(around)

    def scope_of_annotations(self, node: Function) -> Scope:
        """The names that a function's annotations see: in a class, those of the class, too."""
        found = self._annotation_scopes.get(node)
        if found is None:
            names: dict[str, Binding] = {
                parameter.name: TypeParameter(parameter)
                for parameter in getattr(node, "type_params", ())
            }
            found = Scope(names, parent=self.scope_around(node))
            self._annotation_scopes[node] = found
        return found

    def qualified_name(self, node: Definition) -> str:
        """The name of a class or function within the module, as `__qualname__` has it."""
        return self._names[node]

    def owner(self, node: Definition) -> Definition | None:
        """The class or function whose body defines another one; None at the top."""
        return self._parents.get(node)

    def definition_at(self, line: int, name: str) -> Definition | None:
        """The class or function of a name whose definition, with decorators, has this line.

        Args:
            line: counts from 1; servers give that of the name, or of the first decorator.
            name: the name.
        """
        for node in self._by_name.get(name, ()):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if first <= line <= node.lineno:
                return node
        return None

    @cached_property
    def _found(self) -> list[tuple[Definition, Definition | None, str]]:
        return list(_definitions(self.tree.body, None, ""))

    @cached_property
    def _parents(self) -> dict[Definition, Definition | None]:
        return {node: parent for node, parent, _ in self._found}

    @cached_property
    def _names(self) -> dict[Definition, str]:
        return {node: name for node, _, name in self._found}

    @cached_property
    def _by_name(self) -> dict[str, list[Definition]]:
        found: dict[str, list[Definition]] = {}
        for node, _, _ in self._found:
            found.setdefault(node.name, []).append(node)
        return found


def _definitions(
    statements: Sequence[ast.AST], parent: Definition | None, prefix: str
) -> Iterator[tuple[Definition, Definition | None, str]]:
    """Each class and function with what it is defined in, and its qualified name."""
    for statement in statements:
        if isinstance(statement, Function | ast.ClassDef):
            name = prefix + statement.name
            yield statement, parent, name
            inner = f"{name}." if isinstance(statement, ast.ClassDef) else f"{name}.<locals>."
            yield from _definitions(statement.body, statement, inner)
        elif "body" in statement._fields or "cases" in statement._fields:
            for block in ("body", "orelse", "finalbody", "handlers", "cases"):
                part = getattr(statement, block, None)
                if isinstance(part, list):
                    yield from _definitions(part, parent, prefix)


class Modules:
    """Modules by name and by file.

    Args:
        read: the text of a file, unsaved text included; None if there is no such file.
        roots: directories of the project's own modules.
        search_path: further directories, in the order of the type server: installed packages,
            and its standard library.
        parsed: modules that were parsed for an earlier check; more are added.
        folders: what files there are, also those that are not saved yet.
    """

    def __init__(
        self,
        read: Reader,
        roots: Sequence[Path],
        search_path: Sequence[Path],
        parsed: dict[Path, Module] | None = None,
        folders: Folders | None = None,
    ) -> None:
        self.read = read
        self._folders = Folders() if folders is None else folders
        self._parsed = {} if parsed is None else parsed
        self.roots = list(dict.fromkeys(roots))
        self._libraries = [path for path in search_path if path not in self.roots]
        self._standard = [p for p in self._libraries if (p / "builtins.pyi").is_file()]
        self._installed = [p for p in self._libraries if p not in self._standard]
        self._found: dict[str, Path | None] = {}
        self._names: dict[Path, str] = {}
        self._modules: dict[Path, Module | None] = {}
        self._stub_directories: dict[str, list[Path]] = {}

    # --- from names to files

    def find(self, name: str) -> Path | None:
        """The file of a module; None if there is none."""
        if name not in self._found:
            self._found[name] = self._search(name)
        return self._found[name]

    def _search(self, name: str) -> Path | None:
        parts = name.split(".")
        top, below = parts[0], parts[1:]
        standard = self._standard if top in sys.stdlib_module_names else []
        for directory in self.roots:
            found = self._below(str(directory), parts)
            if found is not None:
                return found
        for directory in self._stubs(top):
            found = self._below(str(directory), below)
            if found is not None:
                return found
        for directory in (*standard, *self._installed, *self._standard):
            found = self._below(str(directory), parts)
            if found is not None:
                return found
        return None

    def _below(self, folder: str, parts: Sequence[str]) -> Path | None:
        """The file of a module below a folder: a package's before a plain one, stubs first."""
        has = self._folders.has
        for part in parts[:-1]:
            if not has(folder, part):
                return None
            folder = f"{folder}{os.sep}{part}"
        if not parts or has(folder, parts[-1]):
            package = f"{folder}{os.sep}{parts[-1]}" if parts else folder
            for name in ("__init__.pyi", "__init__.py"):
                if has(package, name):
                    return Path(package, name)
        for name in (f"{parts[-1]}.pyi", f"{parts[-1]}.py") if parts else ():
            if has(folder, name):
                return Path(folder, name)
        return None

    def _stubs(self, top: str) -> list[Path]:
        known = self._stub_directories.get(top)
        if known is None:
            paths = (directory / f"{top}-stubs" for directory in (*self.roots, *self._installed))
            known = self._stub_directories[top] = [path for path in paths if path.is_dir()]
        return known

    # --- from files to names

    def name_of(self, path: Path) -> str:
        """The dotted name of the module in a file."""
        known = self._names.get(path)
        if known is None:
            known = self._names[path] = self._name(path)
        return known

    def _name(self, path: Path) -> str:
        for directory in sorted(self._libraries, key=lambda p: len(p.parts), reverse=True):
            inside = path.is_relative_to(directory)
            if inside and not any(
                path.is_relative_to(root) and len(root.parts) >= len(directory.parts)
                for root in self.roots
            ):
                return module_name(path.relative_to(directory))
        return module_name(path.relative_to(package_root(path)))

    def is_own(self, path: Path) -> bool:
        """Whether a file belongs to the project."""
        return not any(path.is_relative_to(directory) for directory in self._libraries) or any(
            path.is_relative_to(root) for root in self.roots
        )

    # --- sources

    def named(self, name: str) -> Module | None:
        """The module of a name; None if it has no source that can be read."""
        path = self.find(name)
        return None if path is None else self.at(path, name)

    def at(self, path: Path, name: str | None = None) -> Module | None:
        """The module in a file; None if that can't be read."""
        if path not in self._modules:
            self._modules[path] = self._parse(path, name)
        return self._modules[path]

    def add(self, path: Path, text: str, tree: ast.Module) -> Module:
        """Take a module that is parsed already."""
        module = self._modules[path] = Module(self.name_of(path), path, text, tree)
        self._found[module.name] = path
        return module

    def _parse(self, path: Path, name: str | None) -> Module | None:
        text = self.read(path)
        if text is None:
            return None
        name = name or self.name_of(path)
        earlier = self._parsed.get(path)
        if earlier is not None and earlier.text == text and earlier.name == name:
            return earlier
        try:
            tree = parsed(text)
        except (SyntaxError, ValueError, RecursionError):
            return None
        module = self._parsed[path] = Module(name, path, text, tree)
        return module


def module_name(relative: Path) -> str:
    """The dotted name of a file below a directory of the search path."""
    parts = list(relative.with_suffix("").parts)
    if parts and parts[-1] == "__init__":
        parts.pop()
    if parts:
        parts[0] = parts[0].removesuffix("-stubs")
    return ".".join(parts)


def package_root(path: Path) -> Path:
    """The directory in which a file's outermost package lies, or the file itself."""
    directory = path.parent
    while directory.parent != directory and any(
        (directory / name).is_file() for name in ("__init__.py", "__init__.pyi")
    ):
        directory = directory.parent
    return directory


def read_file(path: Path) -> str | None:
    """The text of a Python file as its encoding comment says; None if it can't be read."""
    import tokenize

    try:
        with tokenize.open(path) as file:
            return file.read()
    except (OSError, SyntaxError, UnicodeError):
        return None
