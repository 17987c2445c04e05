"""Checking files with the types of a type server, without a run of mypy.

    results = check_with_tsp([Path("src")], configuration)
    results[path].findings

`TspChecker` keeps the server between checks, for a language server or a watcher: the next check
costs what has changed.  Text that is not saved yet counts where it is given (`overlays`): for the
file itself, and for what other files learn of its declarations and bodies.

The course of a check: the server is told the texts; the modules that may have to do with affine
objects are found by an import graph (`oracle/tsp/imports.py`); each of them is analysed with an
oracle that asks the server; what `# type: ignore` comments silence is taken out.

If the server can't be started, or ends, the check goes on without types of expressions, and the
first report says so, once.  Where a file imports Equinox and that is not installed, the check goes
on, too, and finds no States there.  Whoever has to know that a check was not complete asks for
`fault` and `without_library`.

Limits: settings for single modules in mypy's configuration are not read.  A file in no package is
called by its name alone, as mypy calls it.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from mypy_eqxstate.analysis import analyze_module
from mypy_eqxstate.config import Configuration
from mypy_eqxstate.faults import THE_MODULE, Fault, contained
from mypy_eqxstate.fullnames import LIBRARY
from mypy_eqxstate.oracle.tsp.folders import Folders
from mypy_eqxstate.oracle.tsp.imports import ImportGraph
from mypy_eqxstate.oracle.tsp.modules import Module, Modules, package_root, read_file
from mypy_eqxstate.oracle.tsp.server import (
    ServerGoneError,
    TypeServer,
    has_pyrefly_configuration,
    pyrefly_command,
    pyrefly_configuration,
)
from mypy_eqxstate.oracle.tsp.world import World
from mypy_eqxstate.report.finding import ModuleReport
from mypy_eqxstate.report.ignores import kept, read_ignores
from mypy_eqxstate.syntax import parsed


def check_with_tsp(
    paths: Sequence[Path],
    configuration: Configuration,
    *,
    overlays: Mapping[Path, str] | None = None,
    command: Sequence[str] | None = None,
    python: str | None = None,
    search_path: Sequence[Path] = (),
    disabled: Collection[str] = (),
) -> dict[Path, ModuleReport]:
    """Check files, and all Python files below directories, with pyrefly's types.

    Args:
        paths: files and directories.
        configuration: the user's settings.
        overlays: texts that count instead of those on the disk, by absolute path.
        command: how to start the type server; pyrefly's if None.
        python: the interpreter whose packages count; this one if None.
        search_path: directories with modules of the project (mypy's `mypy_path`).
        disabled: codes of rules that are not reported (mypy's `disable_error_code`).

    Returns:
        What there is to say about each file, by absolute path.
    """
    with TspChecker(
        configuration,
        command=command,
        python=python,
        search_path=search_path,
        disabled=disabled,
    ) as checker:
        return checker.check(paths, overlays)


class TspChecker:
    """Checks files again and again with one type server.

    Args:
        configuration: the user's settings.
        command: how to start the type server; pyrefly's if None.
        python: the interpreter whose packages count; this one if None.
        search_path: directories with modules of the project.
        disabled: codes of rules that are not reported.
        root: the project's directory; the working directory if None.
        observe: tell also how places stand, for an editor.

    Attributes:
        configuration: the user's settings.
        fault: why the types of expressions were not known in the last check; None if they were.
        without_library: the user's files that import Equinox, which the last check did not find.
    """

    def __init__(
        self,
        configuration: Configuration,
        *,
        command: Sequence[str] | None = None,
        python: str | None = None,
        search_path: Sequence[Path] = (),
        disabled: Collection[str] = (),
        root: Path | None = None,
        observe: bool = False,
    ) -> None:
        self.configuration = configuration
        self.fault: Fault | None = None
        self.without_library: tuple[Path, ...] = ()
        self._observe = observe
        self._command = command
        self._python = python or sys.executable
        self._root = (root or Path.cwd()).resolve()
        self._search_path = [path.resolve() for path in search_path]
        self._disabled = frozenset(disabled)
        self._server: TypeServer | None = None
        self._served: tuple[Path, ...] = ()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._shown: set[Path] = set()
        self._files = _Files()
        self._folders = Folders()
        self._parsed: dict[Path, Module] = {}

    def __enter__(self) -> TspChecker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the type server."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    @property
    def watched(self) -> frozenset[Path]:
        """The files of the user's own that the last check rests on."""
        return frozenset(path for path in self._files.read_so_far if _is_users_own(path))

    @property
    def server(self) -> TypeServer | None:
        """The type server, once a check has started it."""
        return self._server

    def check(
        self, paths: Sequence[Path], overlays: Mapping[Path, str] | None = None
    ) -> dict[Path, ModuleReport]:
        """Check files, and all Python files below directories.

        Args:
            paths: files and directories.
            overlays: texts that count instead of those on the disk, by absolute path.

        Returns:
            What there is to say about each file, by absolute path.
        """
        files = list(dict.fromkeys(_python_files(paths)))
        roots = [*self._search_path, *(package_root(file) for file in files), self._root]
        roots = list(dict.fromkeys(roots))
        self._files.begin(overlays or {})
        self._folders.begin(self._files.overlays)
        own = _own_search_path(self._python)
        graph_only = Modules(self._files.read, roots, own, folders=self._folders)
        graph = ImportGraph(graph_only, self.configuration.affine)
        concerned = [file for file in files if graph.may_make_affine(graph_only.name_of(file))]
        reports = {file: ModuleReport() for file in files}
        self.fault, self.without_library = None, ()
        if not concerned:
            return reports
        fault = self._prepare(roots)
        world = self._world(roots, concerned[0])
        for file in concerned:
            reports[file] = self._run(world, file)
        if world.modules.find(LIBRARY) is None:
            importers = [graph.importer(file, LIBRARY, _is_users_own) for file in concerned]
            self.without_library = tuple(dict.fromkeys(filter(None, importers)))
        fault = fault or world.inference.fault
        if fault is not None:
            text = f"the types of expressions are not known: {fault}"
            self.fault = Fault(THE_MODULE, text, text)
            reports[concerned[0]].faults.insert(0, self.fault)
        return reports

    # --- the server

    def _prepare(self, roots: Sequence[Path]) -> str | None:
        """Start the server if it is not there, and tell it unsaved texts; why, if that fails."""
        try:
            if self._server is None or not self._server.is_alive or self._lacks(roots):
                self.close()
                self._server = TypeServer(self._start_command(roots), self._root, self._python)
                self._served = tuple(roots)
                self._shown.clear()
            self._server.notice_changes(self._files.changed)
            # Servers take longer for each answer the more documents are open, so only what is not
            # on the disk is told.
            shown = set(self._files.overlays)
            for path in sorted(self._shown - shown):
                self._server.hide(path)
            for path, text in self._files.overlays.items():
                self._server.show(path, text)
            self._shown = shown
        except ServerGoneError as error:
            self._server = None
            return str(error)
        return None

    def _start_command(self, roots: Sequence[Path]) -> Sequence[str]:
        if self._command is not None:
            return self._command
        if has_pyrefly_configuration(self._root):
            return pyrefly_command()
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="mypy_eqxstate_")
        file = Path(self._folder.name, "pyrefly.toml")
        file.write_text(pyrefly_configuration(roots, self._python), encoding="utf-8")
        return pyrefly_command(file)

    def _lacks(self, roots: Sequence[Path]) -> bool:
        return not set(roots) <= set(self._served)

    # --- one file

    def _world(self, roots: Sequence[Path], file: Path) -> World:
        search_path = _own_search_path(self._python)
        if self._server is not None:
            # A server that has gone is noticed again by who asks for a type, and reported then.
            with contextlib.suppress(ServerGoneError):
                search_path = self._server.search_paths(file) or search_path
        return World(
            self._server,
            self._files.read,
            roots,
            search_path,
            self.configuration,
            self._parsed,
            self._folders,
        )

    def _run(self, world: World, file: Path) -> ModuleReport:
        """Analyse one file."""
        report = ModuleReport()
        text = self._files.read(file)
        if text is None:
            report.limits.append("the file, which can't be read")
            return report
        try:
            tree = parsed(text)
        except (SyntaxError, ValueError, RecursionError) as error:
            version = ".".join(map(str, sys.version_info[:2]))
            report.limits.append(f"the file, which Python {version} can't parse: {error}")
            return report
        with contained(report.faults, THE_MODULE):
            self._analyse(world, file, text, tree, report)
        return report

    def _analyse(
        self, world: World, file: Path, text: str, tree: ast.Module, report: ModuleReport
    ) -> None:
        oracle = world.oracle(file, text, tree)
        name = world.modules.name_of(file)
        result = analyze_module(
            str(file),
            name,
            tree,
            text,
            oracle,
            self.configuration,
            world.program,
            observe=self._observe,
        )
        report.standings = result.standings
        report.findings = kept(result.findings, read_ignores(text), self._disabled)
        report.modules = result.modules
        report.faults += [*result.faults, *oracle.faults.values()]
        report.limits += [f'"{name}", whose analysis does not settle' for name in result.limits]


class _Files:
    """The texts of files between checks: read once, and again when they have changed."""

    def __init__(self) -> None:
        self.overlays: Mapping[Path, str] = {}
        self.changed: list[Path] = []
        self._known: dict[Path, tuple[tuple[int, int] | None, str | None]] = {}
        self.read_so_far: set[Path] = set()

    def begin(self, overlays: Mapping[Path, str]) -> None:
        """A check begins: what has changed on the disk since the last one is found out."""
        self.overlays = overlays
        self.changed = []
        self.read_so_far = set()
        for path, (stamp, _) in list(self._known.items()):
            if _stamp(path) != stamp:
                del self._known[path]
                self.changed.append(path)

    def read(self, path: Path) -> str | None:
        """The text of a file, unsaved text first; None if there is none."""
        self.read_so_far.add(path)
        overlay = self.overlays.get(path)
        if overlay is not None:
            return overlay
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = (_stamp(path), read_file(path))
        return known[1]


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _is_users_own(path: Path) -> bool:
    parts = path.parts
    return "site-packages" not in parts and not any("typeshed" in part for part in parts)


def _own_search_path(python: str) -> list[Path]:
    """Where an interpreter's modules lie, as far as that is known without asking the server."""
    found = [Path(entry) for entry in sys.path if entry] if python == sys.executable else []
    prefix = Path(python).parent.parent
    found += [*prefix.glob("lib/python*/site-packages"), prefix / "Lib" / "site-packages"]
    mypy = importlib.util.find_spec("mypy")
    if mypy is not None and mypy.origin is not None:
        found.append(Path(mypy.origin).parent / "typeshed" / "stdlib")
    return [path for path in dict.fromkeys(found) if path.is_dir()]


def _python_files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        full = path.resolve()
        if full.is_dir():
            yield from sorted(
                p
                for p in full.rglob("*.py")
                if not any(part.startswith(".") for part in p.relative_to(full).parts)
            )
        else:
            yield full
