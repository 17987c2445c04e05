"""What happens between mypy's hooks: one `Session` for each run of mypy (and each worker of it).

The course of a run:

1. `attach`: mypy has loaded its graph.  The build manager is found, problems of the configuration
   are shown.
2. `note_checker`, in every look-up that mypy makes while it checks a module: remembers the module's
   type checker, which nothing else gives away.
3. `end_of_module`: the module is checked and its tree still alive.  If it can concern us, its
   source is parsed, the analysis runs with a `MypyOracle`, and its findings become mypy's errors.

What can concern us: a module that imports, directly or not, a module which defines an affine
class: the home of a class named in the library table or the configuration, or one that imports
`mypy_eqxstate` (for `@affine`).  Stubs are left out, and modules whose errors mypy ignores
(site-packages, modules that are only followed into silently).

Nothing here may stop mypy.  An internal fault becomes one note a module; a fault where there is no
module to say it for goes to standard error, once.

Limits: `mypy -c` has no source file to read again, so it is not analysed; nor is a file with syntax
that is newer than the Python which runs mypy, or a function that is beyond the bounds of the
analysis (a note says so).
"""

from __future__ import annotations

import ast
import gc
import hashlib
import sys
import traceback
import warnings
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from mypy import checker_state
from mypy.build import BuildManager, State
from mypy.checker import TypeChecker
from mypy.nodes import MypyFile
from mypy.options import Options
from mypy.util import DecodeError, decode_python_encoding

from mypy_eqxstate import __version__, fullnames
from mypy_eqxstate.cache import CacheData, Data, digest_of, direct_dependencies
from mypy_eqxstate.config import Configuration, read_configuration
from mypy_eqxstate.contracts.library import AFFINE_CLASSES, DESCRIBED_PACKAGES
from mypy_eqxstate.contracts.notation import parse_row
from mypy_eqxstate.daemon import Daemon, name_dependencies
from mypy_eqxstate.oracle.mypy_sources import MypySources
from mypy_eqxstate.oracle.of_mypy import MypyOracle
from mypy_eqxstate.report.finding import ModuleReport
from mypy_eqxstate.report.to_mypy import (
    HOW_TO_REPORT,
    any_rule_enabled,
    report_module,
    report_problems,
)

if TYPE_CHECKING:
    from mypy_eqxstate.flow.program import Program

_OWN_PACKAGE = __name__.partition(".")[0]


class Session:
    """The plugin's memory during one run of mypy.

    Args:
        options: mypy's options.

    Attributes:
        configuration: what the user configured for this plugin.
        affine_classes: the test by full name whether a class is affine by library table or
            configuration.
    """

    _in_daemon: ClassVar[Session | None] = None

    def __init__(self, options: Options) -> None:
        self.configuration = _configuration(options)
        self.affine_classes = AffineNames(self.configuration.affine)
        self._options = options
        self._checkers: dict[str, TypeChecker] = {}
        self._manager: BuildManager | None = None
        self._concerned: set[str] | None = None
        self._problems_shown = False
        self._pending_faults: list[str] = []
        self._fault_printed = False
        self._called: set[str] | None = None
        self._program: Program | None = None
        self._states: Mapping[str, State] | None = None
        self.daemon: Daemon | None = None
        if Session._in_daemon is not None:
            Session._in_daemon.reconfigure(self.configuration)

    # --- what mypy's cache must know

    @cached_property
    def cache(self) -> CacheData:
        """What the findings of each module rest on besides its source."""
        common = {
            "version": __version__,
            "sources": own_digest(),
            "configuration": self.configuration.digest(),
        }
        return CacheData(common)

    def data_to_store(self, module: str, path: str) -> Data:
        """What mypy's cache is to keep with a module that was checked."""
        return self.cache.to_store(self._digest(module, path))

    def _digest(self, module: str, path: str) -> str:
        """A digest of what findings elsewhere may rest on in a module; empty if none do."""
        manager = self._manager
        if manager is None or module not in self._readable:
            return ""
        state = self._graph.get(module)
        imports = direct_dependencies(state) if state is not None else ()
        try:
            source = manager.fscache.hash_digest(manager.maybe_swap_for_shadow_path(path))
        except OSError:
            source = ""  # a namespace package
        return digest_of(source, imports, module in self._concerned_modules)

    @property
    def _graph(self) -> Mapping[str, State]:
        """The states of all modules; to find them takes long where the heap is large."""
        if self.daemon is not None and self.daemon.graph is not None:
            return self.daemon.graph
        if self._states is None:
            self._states = states(self._manager)
        return self._states

    @property
    def _readable(self) -> set[str]:
        """The modules whose bodies may be read for others: those that concerned ones depend on."""
        if self._called is None:
            called = reachable(dependencies(self._graph), self._concerned_modules)
            self._called = set(filter(_may_be_read, called))
        return self._called

    @property
    def _concerned_modules(self) -> set[str]:
        """The modules that an affine object can come to."""
        if self._concerned is None:
            imports = dependencies(self._graph)
            self._concerned = importers(imports, self._root_modules(imports))
        return self._concerned

    # --- the course of a run

    def attach(self, modules: Mapping[str, MypyFile]) -> None:
        """Find the build whose modules these are, and show problems of the configuration."""
        self._concerned = self._called = None
        self._program = None
        self._checkers.clear()
        if self._manager is None or self._manager.modules is not modules:
            holders = (o for o in gc.get_referrers(modules) if isinstance(o, BuildManager))
            self._manager = next(holders, None)
            if self._manager is not None and self._options.fine_grained_incremental:
                self.daemon = Daemon(self._manager)
                Session._in_daemon = self
        if self.daemon is not None:
            self.daemon.find_graph()
        self._states = None
        if self._options.num_workers:
            # Now or never: workers hide what they have from the garbage collector (`gc.freeze`).
            self._states = states(self._manager)
        if self.daemon is not None and self.daemon.graph is None:
            self.daemon.concerned = self._concerned_modules
        problems = self.configuration.problems
        if not problems or self._problems_shown or self._problems_to_repeat():
            return
        self._problems_shown = True
        config_file = self._options.config_file or ""
        if self._manager is not None:
            report_problems(self._manager, config_file, problems)
        else:
            for problem in problems:
                print(f"mypy_eqxstate: {problem}", file=sys.stderr)

    def reconfigure(self, configuration: Configuration) -> None:
        """Go on with another configuration, if it is another one.

        Args:
            configuration: as it was read just now.
        """
        if configuration == self.configuration or self.daemon is None:
            return
        self.configuration = configuration
        self.affine_classes = AffineNames(configuration.affine)
        self.daemon.check_all_again()

    def note_checker(self) -> None:
        """Remember the type checker that is at work, for the end of its module."""
        checker = checker_state.checker_state.type_checker
        if isinstance(checker, TypeChecker):
            self._checkers[checker.tree.fullname] = checker

    def end_of_module(self, tree: MypyFile) -> set[str]:
        """Check one module that mypy has finished, and report what is found.

        Args:
            tree: mypy's tree of it.

        Returns:
            Names of the modules on whose contents the findings rest.
        """
        checker = self._checker(tree)
        if checker is None or not self._may_concern(tree) or not _is_shown(checker):
            if self.daemon is not None:
                self.daemon.forget_findings(tree)
            self._note_dependencies(tree, set())
            return set()
        said = self._analyze(tree, checker)
        self._pending_faults.clear()
        report = partial(self._report, said)
        if self.daemon is not None:
            self.daemon.note_findings(tree, checker, report)
        else:
            report(checker)
        return said.modules - {tree.fullname}

    def _report(self, said: ModuleReport, checker: TypeChecker) -> None:
        report_module(checker, said, self._problems_to_repeat(), self._options)

    def _problems_to_repeat(self) -> Sequence[str]:
        """Problems of the configuration, if they are to be said as part of a module's findings.

        The daemon forgets at an edit what `attach` has shown.
        """
        if self.daemon is None or self.daemon.graph is None:
            return ()
        return self.configuration.problems

    def _checker(self, tree: MypyFile) -> TypeChecker | None:
        """The type checker of a module that mypy has just finished."""
        noted = self._checkers.pop(tree.fullname, None)
        if self.daemon is not None and self.daemon.graph is not None:
            return self._graph[tree.fullname].type_checker()
        if noted is not None and noted.tree is tree:
            return noted
        if not self._may_concern(tree):
            return None
        return next((o for o in gc.get_referrers(tree) if isinstance(o, TypeChecker)), None)

    def _note_dependencies(self, tree: MypyFile, rests_on: set[str]) -> None:
        """Tell the daemon what is to be looked at again when this module or others change."""
        name, daemon = tree.fullname, self.daemon
        if daemon is None:
            if self._options.cache_fine_grained:
                name_dependencies(tree, rests_on)
        elif _may_be_read(name) and (daemon.graph is not None or name in self._readable):
            digest = self._digest(name, tree.path)
            daemon.note_dependencies(tree, rests_on, self._concerned_modules, digest)

    def _used_by(self, modules: Iterable[str]) -> set[str]:
        """Modules, and those whose declarations mattered when the bodies in them were read."""
        used = set(modules)
        for name in modules:
            state = self._graph.get(name)
            if state is not None:
                used.update(filter(_may_be_read, state.dependencies))
        return used

    def _analyze(self, tree: MypyFile, checker: TypeChecker) -> ModuleReport:
        """All that is to be said about a module; faults of ours are part of that."""
        said = ModuleReport(faults=list(self._pending_faults))
        try:
            self._analyze_source(tree, checker, said)
            said.modules = self._used_by(said.modules)
            self._note_dependencies(tree, said.modules)
        except Exception as error:
            said.faults.append(self.describe_fault(error))
        return said

    def _analyze_source(self, tree: MypyFile, checker: TypeChecker, said: ModuleReport) -> None:
        # Imported late: without a module to check there is no need of it.
        from mypy_eqxstate.analysis import analyze_module

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
        oracle = MypyOracle(tree, checker, module, self.affine_classes)
        program = self._other_modules()
        result = analyze_module(
            tree.path, tree.fullname, module, source, oracle, self.configuration, program
        )
        said.findings = result.findings
        said.modules = result.modules
        said.faults += result.faults
        said.limits += [f'"{name}", whose analysis does not settle' for name in result.limits]
        for question, trace in oracle.faults.items():
            said.faults.append(f"in the oracle's `{question}`: {trace.strip().splitlines()[-1]}")
            self._show_traceback(trace)

    def _other_modules(self) -> Program | None:
        """The modules that calls may lead into."""
        from mypy_eqxstate.analysis import new_program

        manager = self._manager
        if self._program is None and manager is not None:
            sources = MypySources(
                manager.modules,
                self._source,
                self.affine_classes,
                self._concerned_modules,
                manager.search_paths.package_path,
            )
            self._program = new_program(sources, self.configuration)
        return self._program

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

    # --- what can be left out

    def _may_concern(self, tree: MypyFile) -> bool:
        if tree.is_stub or not tree.path or not tree.defs:
            return False
        if tree.is_typeshed_file(self._options):
            return False
        manager = self._manager
        if manager is None:
            return True
        if tree.path in manager.errors.ignored_files:
            return False
        return tree.fullname in self._concerned_modules

    def _root_modules(self, imports: Iterable[str]) -> set[str]:
        """The modules that define an affine class, or on which such a definition rests."""
        modules = set(imports)
        roots = {name for name in modules if name.partition(".")[0] == _OWN_PACKAGE}
        for name in AFFINE_CLASSES | self.configuration.affine:
            home = name.rpartition(".")[0]
            while home and home not in modules:
                home = home.rpartition(".")[0]
            if home:
                roots.add(home)
        return roots

    # --- faults

    def describe_fault(self, error: Exception) -> str:
        """One line about an internal fault: where in our own code, and what."""
        self._show_traceback("".join(traceback.format_exception(error)))
        frames = traceback.extract_tb(error.__traceback__)
        where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
        return f"{type(error).__name__} at {where}: {error}"

    def note_fault(self, hook: str, error: Exception) -> None:
        """Keep a fault for the next module's note, or print it if there may be no such note."""
        text = f"in the hook {hook}: {self.describe_fault(error)}"
        if not self._pending_faults:
            self._pending_faults.append(text)
        if not self._fault_printed and hook not in _CHECKING_HOOKS:
            self._fault_printed = True
            print(f"mypy_eqxstate: internal fault {text}; {HOW_TO_REPORT}", file=sys.stderr)
            self._pending_faults.clear()

    def _show_traceback(self, trace: str) -> None:
        if self._options.show_traceback:
            print(trace, file=sys.stderr)


_CHECKING_HOOKS = frozenset({"note_checker"})


class AffineNames:
    """The full names of classes that are affine without being decorated.

    A name is compared as mypy has it and as the library's users write it, so that
    `equinox.nn._stateful.State` is `equinox.nn.State`.

    Args:
        configured: names from the configuration.
    """

    def __init__(self, configured: Iterable[str]) -> None:
        self._names = AFFINE_CLASSES.union(configured)

    def __contains__(self, name: object) -> bool:
        """Whether a class of this full name is affine."""
        if not isinstance(name, str):
            return False
        return name in self._names or fullnames.canonical(name) in self._names


def states(manager: BuildManager | None) -> dict[str, State]:
    """The states of a build by the names of their modules: they lead to it, not it to them.

    `BuildManager.import_map` can't be used: where a submodule is reached as an attribute
    (`jax.random.split` under `import jax`), the semantic analyzer of mypy 2.4 empties the set of
    the module at work (`SemanticAnalyzer.add_transitive_submodule_imports` takes from it).
    """
    if manager is None:
        return {}
    return {o.id: o for o in gc.get_referrers(manager) if isinstance(o, State)}


def dependencies(graph: Mapping[str, State]) -> dict[str, list[str]]:
    """The modules that each module of a graph depends on."""
    return {name: list(state.dependencies) for name, state in graph.items()}


def _may_be_read(module: str) -> bool:
    """Whether bodies of a module may be looked into, as far as its name tells."""
    top = module.partition(".")[0]
    return top not in DESCRIBED_PACKAGES and top not in sys.stdlib_module_names


def importers(imports: Mapping[str, Iterable[str]], roots: Iterable[str]) -> set[str]:
    """Every module that imports one of the roots, directly or not, and the roots themselves.

    Args:
        imports: the modules that each module imports.
        roots: where to start.
    """
    reverse: dict[str, list[str]] = {}
    for importer, imported in imports.items():
        for name in imported:
            reverse.setdefault(name, []).append(importer)
    return reachable(reverse, roots)


def reachable(imports: Mapping[str, Iterable[str]], roots: Iterable[str]) -> set[str]:
    """Every module that one of the roots imports, directly or not, and the roots themselves.

    Args:
        imports: the modules that each module imports.
        roots: where to start.
    """
    found = set(roots)
    pending = list(found)
    while pending:
        for imported in imports.get(pending.pop(), ()):
            if imported not in found:
                found.add(imported)
                pending.append(imported)
    return found


def _configuration(options: Options) -> Configuration:
    """The user's configuration; a fault in reading it is one of its problems."""
    try:
        return read_configuration(options.config_file, parse_row)
    except Exception as error:
        return Configuration(
            problems=(f"internal fault, the section is ignored: {error!r}; {HOW_TO_REPORT}",)
        )


def own_digest() -> str:
    """A digest of this package's own sources: mypy itself watches only the plugin's first file."""
    digest = hashlib.sha256()
    package = Path(__file__).parent
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _is_shown(checker: TypeChecker) -> bool:
    """Whether mypy would show an error of ours in this checker's module."""
    if checker.options.ignore_errors or checker.path in checker.errors.ignored_files:
        return False
    return any_rule_enabled(checker)
