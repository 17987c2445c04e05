"""What happens between mypy's hooks: one `Session` for each run of mypy (and each worker of it).

The course of a run:

1. `note_loaded`, for every module that mypy loads: with the home of an affine class, the build
   manager and the graph are found, to which nothing leads that a plugin is given.
2. `attach`: mypy has loaded its graph.  Problems of the configuration are shown.
3. `end_of_module`: the module is checked and its tree still alive.  If it can concern us, it is
   analysed (`module_check.py`), and the findings become mypy's errors.

Which modules can concern us is said in `concern.py`.  Stubs are left out, and modules whose errors
mypy ignores (site-packages, modules that are only followed into silently).

A project without such a module pays for this file only.  Therefore it imports little, and nothing
of the analysis, the library table or the oracle before they are needed.

Nothing here may stop mypy.  An internal fault becomes one note a module; a fault where there is no
module to say it for goes to standard error, once.

Limits: `mypy -c` has no source file to read again, so it is not analysed; nor is a file with syntax
that is newer than the Python which runs mypy, or a function that is beyond the bounds of the
analysis (a note says so).
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from mypy.build import BuildManager, State
from mypy.checker import TypeChecker
from mypy.nodes import MypyFile
from mypy.options import Options

from mypy_eqxstate import __version__
from mypy_eqxstate.cache import CacheData, Data, digest_of, direct_dependencies
from mypy_eqxstate.concern import concerned, homes
from mypy_eqxstate.config import Configuration, read_configuration
from mypy_eqxstate.daemon import Daemon, name_dependencies
from mypy_eqxstate.faults import THE_MODULE, contained, fault_of
from mypy_eqxstate.fullnames import AFFINE_CLASSES, may_be_read
from mypy_eqxstate.graph import (
    Imports,
    dependencies,
    imported_packages,
    reachable,
)
from mypy_eqxstate.mentions import Mentions
from mypy_eqxstate.mypy_build import Build, states
from mypy_eqxstate.own_digest import own_digest
from mypy_eqxstate.report.to_mypy import (
    HOW_TO_REPORT,
    any_rule_enabled,
    report_module,
    report_problems,
)

if TYPE_CHECKING:
    from mypy_eqxstate.module_check import ModuleCheck, Residence
    from mypy_eqxstate.report.finding import ModuleReport


class Session:
    """The plugin's memory during one run of mypy.

    Args:
        options: mypy's options.

    Attributes:
        configuration: what the user configured for this plugin.
        daemon: the memory in a daemon; None if mypy is none.
    """

    _in_daemon: ClassVar[Session | None] = None

    def __init__(self, options: Options) -> None:
        self._options = options
        self._printed: set[str] = set()
        self.configuration = self._read_configuration()
        self._modules: Mapping[str, MypyFile] = {}
        self._build = Build()
        self._concerned: set[str] | None = None
        self._is_somebody_concerned = False
        self._problems_shown = False
        self._called: set[str] | None = None
        self._imports = Imports()
        self._check: ModuleCheck | None = None
        self._states: Mapping[str, State] | None = None
        self.daemon: Daemon | None = None
        self._residence: Residence | None = None
        if Session._in_daemon is not None:
            try:
                Session._in_daemon.reconfigure(self.configuration)
            except Exception as error:
                self.note_fault(f"a change of {options.config_file}", error)

    def _read_configuration(self) -> Configuration:
        """The user's configuration; as if there were none if it can't be read for a fault of ours.

        Workers leave it to the main process to say so.
        """
        try:
            return read_configuration(self._options.config_file, _parse_row)
        except Exception as error:
            if "mypy.build_worker.worker" not in sys.modules:
                self.note_fault(f"the section in {self._options.config_file}, ignored", error)
            return Configuration()

    # --- what mypy's cache must know

    @cached_property
    def cache(self) -> CacheData:
        """What the findings of each module rest on besides its source."""
        common = {
            "version": __version__,
            "sources": own_digest(Path(__file__).parent, __version__),
            "configuration": self.configuration.digest(),
        }
        return CacheData(common)

    def data_to_compare(self, module: str) -> Data:
        """What equals the data that mypy's cache has of a module, if it is still up to date."""
        self.note_loaded(module)
        return self.cache.to_compare()

    def note_parsed(self, tree: MypyFile) -> None:
        """Mypy has parsed a module of its graph; the user's own ones are the first."""
        if self._build.manager is None and not imported_packages(tree).isdisjoint(self._homes):
            self._build.want()
        self.note_loaded(tree.fullname)

    def note_loaded(self, module: str) -> None:
        """Mypy loads a module into its graph, from the cache or from its source."""
        if module in self._homes:
            self._build.want()
        self._build.look()

    def data_to_store(self, module: str, path: str) -> Data:
        """What mypy's cache is to keep with a module that was checked."""
        return self.cache.to_store(self._digest(module, path))

    def _digest(self, module: str, path: str) -> str:
        """A digest of what findings elsewhere may rest on in a module; empty if none do."""
        if self._is_nobody_concerned():
            return ""
        manager = self._manager
        if manager is None or module not in self._readable:
            return ""
        state = self._graph.get(module)
        imports = direct_dependencies(state) if state is not None else ()
        source = state.source_hash if state is not None and self.daemon is None else None
        if not source:
            try:
                source = manager.fscache.hash_digest(manager.maybe_swap_for_shadow_path(path))
            except OSError:
                source = ""  # a namespace package
        return digest_of(source, imports, module in self._concerned_modules)

    @property
    def _graph(self) -> Mapping[str, State]:
        """The states of all modules."""
        if self.daemon is not None and self.daemon.graph is not None:
            return self.daemon.graph
        if self._states is None:
            self._states = self._build.take_graph(self._modules)
        return self._states

    @property
    def _readable(self) -> set[str]:
        """The modules whose bodies may be read for others: those that concerned ones depend on."""
        if self._called is None:
            some = self._concerned_modules
            self._called = self._imports.following(
                self._graph,
                "readable",
                some,
                lambda imports: set(filter(self._may_be_read, reachable(imports, some))),
            )
        return self._called

    def _may_be_read(self, module: str) -> bool:
        """Whether bodies of a module may be looked into."""
        state = self._graph.get(module)
        return may_be_read(module, None if state is None else state.path)

    @property
    def _concerned_modules(self) -> set[str]:
        """The modules that an affine object can come to."""
        if self._concerned is None:
            if self._manager is None:
                raise RuntimeError("the build manager of mypy is not to be found")
            self._concerned = self._imports.following(
                self._graph,
                "concerned",
                self._classes,
                lambda imports: concerned(
                    imports, self._classes, self._may_be_read, self._mentions()
                ),
            )
        return self._concerned

    def _mentions(self) -> Callable[[str], bool] | None:
        """Whether a module is about affine objects; None in the daemon, where texts come and go."""
        if self.daemon is not None:
            return None
        manager = self._manager
        assert manager is not None, "it was looked for"
        mentions = Mentions(
            (*self.configuration.affine, *self.configuration.contracts),
            lambda path: manager.fscache.read(manager.maybe_swap_for_shadow_path(path)),
            manager.search_paths.package_path,
        )
        return lambda name: mentions.are_in(self._graph[name])

    @cached_property
    def _classes(self) -> frozenset[str]:
        """The full names of the classes that are affine by library table or configuration."""
        return AFFINE_CLASSES | self.configuration.affine

    @cached_property
    def _homes(self) -> frozenset[str]:
        """The names of all modules that an affine class may be defined in."""
        return homes(self._classes)

    def _is_nobody_concerned(self) -> bool:
        """Whether no affine class is near: what a module imports is loaded before its check.

        In the daemon, where modules come and go, and in workers the graph is asked.
        """
        if self.daemon is not None or self._is_somebody_concerned:
            return False
        known = self._modules if self._states is None else self._states
        # Not `isdisjoint`, which goes through all modules of the run.
        self._is_somebody_concerned = any(home in known for home in self._homes)
        return not self._is_somebody_concerned

    @property
    def _manager(self) -> BuildManager | None:
        """The build manager, looked for when it is first needed."""
        return self._build.manager_of(self._modules)

    # --- the course of a run

    def attach(self, modules: Mapping[str, MypyFile]) -> None:
        """Remember the build whose modules these are, and show problems of the configuration."""
        if self.daemon is not None:
            self._printed.clear()
        self._concerned = self._called = None
        self._imports.renew()
        self._is_somebody_concerned = False
        self._check = None
        known = self._build.manager if self.daemon is not None else None
        self._modules = modules
        if self._options.fine_grained_incremental:
            manager = self._manager
            if manager is not None and manager is not known:
                self.daemon = Daemon(manager)
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
        self._check = None
        for derived in ("_classes", "_homes"):
            self.__dict__.pop(derived, None)
        self.daemon.check_all_again()

    def end_of_module(self, tree: MypyFile) -> set[str]:
        """Check one module that mypy has finished, and report what is found.

        Args:
            tree: mypy's tree of it.

        Returns:
            Names of the modules on whose contents the findings rest.
        """
        if self._is_nobody_concerned():
            return set()
        if self.daemon is not None:
            self.daemon.begin_update()
        elif not self._options.cache_fine_grained and tree.fullname not in self._concerned_modules:
            return set()  # nearly all of them
        if self._residence is not None:
            self._residence.resident.note_loaded(tree.fullname)
        checker = self._checker(tree)
        if checker is None or not _is_shown(checker):
            if self.daemon is not None:
                self.daemon.forget_findings(tree)
            self._note_dependencies(tree, set(), set())
            return set()
        with _collector_at_rest(
            is_short_lived=self.daemon is None and not self._options.num_workers
        ):
            said = self._analyze(tree, checker)
        with contained(said.faults, "the store of findings"):
            if self._manager is not None:
                from mypy_eqxstate.report.stored import keep

                keep(self._manager, tree.fullname, tree.path, said.findings)
        report = partial(self._report, said)
        if self.daemon is not None:
            with contained(said.faults, "the daemon's memory"):
                self.daemon.remember_findings(tree, report)
            self.daemon.say_findings(tree, checker, report)
        else:
            report(checker)
        return (said.modules | said.declaring) - {tree.fullname}

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
        """The type checker of a module that mypy has just finished, if it can concern us."""
        if not self._may_concern(tree):
            return None
        state = self._graph.get(tree.fullname)
        return None if state is None else state.type_checker()

    def _note_dependencies(self, tree: MypyFile, rests_on: set[str], declaring: set[str]) -> None:
        """Tell the daemon what is to be looked at again when this module or others change."""
        name, daemon = tree.fullname, self.daemon
        if daemon is None:
            if self._options.cache_fine_grained:
                name_dependencies(tree, rests_on, declaring)
        elif self._may_be_read(name) and (daemon.graph is not None or name in self._readable):
            digest = self._digest(name, tree.path)
            some = self._concerned_modules
            daemon.note_dependencies(tree, rests_on, declaring, some, digest)

    def _used_by(self, modules: Iterable[str]) -> set[str]:
        """Modules, and those whose declarations mattered when the bodies in them were read."""
        used = set(modules)
        for name in modules:
            state = self._graph.get(name)
            if state is not None:
                used.update(filter(self._may_be_read, state.dependencies))
        return used

    def _analyze(self, tree: MypyFile, checker: TypeChecker) -> ModuleReport:
        """All that is to be said about a module; faults of ours are part of that."""
        from mypy_eqxstate.report.finding import ModuleReport

        said = ModuleReport()
        with contained(said.faults, THE_MODULE):
            self._module_check().run(tree, checker, said)
        with contained(said.faults, THE_MODULE):
            said.modules = self._used_by(said.modules)
            said.declaring.discard(tree.fullname)
            self._note_dependencies(tree, said.modules, said.declaring)
        return said

    def _module_check(self) -> ModuleCheck:
        if self._check is None:
            # Imported late: without a module to check there is no need of it.
            from mypy_eqxstate.module_check import ModuleCheck

            assert self._manager is not None, "without it no module is checked"
            self._check = ModuleCheck(
                self._manager, self.configuration, self._concerned_modules, self._resident()
            )
        return self._check

    def _resident(self) -> Residence | None:
        """What earlier analyses have left, in a daemon that has built once."""
        if self.daemon is None or self.daemon.graph is None:
            return None
        from mypy_eqxstate.module_check import Residence
        from mypy_eqxstate.resident import Resident

        known = self._residence
        self._residence = Residence(
            Resident() if known is None else known.resident,
            frozenset(self._concerned_modules),
            lambda name: frozenset(self._graph[name].dependencies),
            lambda name: reachable(dependencies(self._graph), [name]),
        )
        return self._residence

    # --- what can be left out

    def _may_concern(self, tree: MypyFile) -> bool:
        if tree.is_stub or not tree.path or not tree.defs:
            return False
        if tree.fullname not in self._concerned_modules:
            return False
        if tree.is_typeshed_file(self._options):
            return False
        manager = self._manager
        return manager is not None and tree.path not in manager.errors.ignored_files

    # --- faults

    def note_fault(self, function: str, error: Exception, path: str | None = None) -> None:
        """Print a fault where there is no module to say it for, once for each thing worked on.

        Args:
            function: what was being worked on.
            error: what was raised.
            path: the file concerned, if there is one.
        """
        if function in self._printed:
            return
        self._printed.add(function)
        fault = fault_of(error, function)
        where = "" if path is None else f" in {path}"
        print(
            f"mypy_eqxstate: internal fault{where}: {' '.join(str(fault).split())}; mypy's own "
            f"result stands; {HOW_TO_REPORT}",
            file=sys.stderr,
        )
        if self._options.show_traceback:
            print(fault.trace, file=sys.stderr)


@contextmanager
def _collector_at_rest(is_short_lived: bool) -> Iterator[None]:
    """Keep the garbage collector from running.

    An analysis makes many objects and lets go of nearly all of them by itself.  If they set off the
    collector, it would go through what mypy has in memory, for nothing.  It would do so right after
    the analysis, too, because of the syntax trees of other modules, which stay.  Therefore all that
    there is counts as old then, as after mypy has loaded modules (`mypy/build.py`).

    Args:
        is_short_lived: the process ends with this run of mypy, so that it does no harm if what is
            old and is not needed any more is never looked for.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if is_short_lived:
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def _parse_row(text: str) -> object:
    """Understand a row of the user's; imported late, as most users have none."""
    from mypy_eqxstate.contracts.notation import parse_row

    return parse_row(text)


def _is_shown(checker: TypeChecker) -> bool:
    """Whether mypy would show an error of ours in this checker's module."""
    if checker.options.ignore_errors or checker.path in checker.errors.ignored_files:
        return False
    return any_rule_enabled(checker)
