"""What happens between mypy's hooks: one `Session` for each run of mypy (and each worker of it).

The course of a run:

1. `attach`: mypy has loaded its graph.  The build manager is found, problems of the configuration
   are shown.
2. `note_checker`, in every look-up that mypy makes while it checks a module: remembers the module's
   type checker, which nothing else gives away.
3. `end_of_module`: the module is checked and its tree still alive.  If it can concern us, it is
   analysed (`module_check.py`), and the findings become mypy's errors.

What can concern us: a module that imports, directly or not, a module which defines an affine
class: the home of a class named in the library table or the configuration, or one that imports
`mypy_eqxstate` (for `@affine`); unless words in the sources show that no affine object can reach it
(`reach.py`).  Stubs are left out, and modules whose errors mypy ignores
(site-packages, modules that are only followed into silently).

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
import hashlib
import sys
import traceback
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mypy.build import BuildManager
from mypy.checker import TypeChecker
from mypy.modules_state import modules_state
from mypy.nodes import MypyFile
from mypy.options import Options

from mypy_eqxstate import __version__
from mypy_eqxstate.cache import CacheData
from mypy_eqxstate.config import Configuration, read_configuration
from mypy_eqxstate.fullnames import AFFINE_CLASSES, DESCRIBED_PACKAGES
from mypy_eqxstate.graph import dependencies, direct_imports, importers, reachable
from mypy_eqxstate.report.to_mypy import (
    HOW_TO_REPORT,
    any_rule_enabled,
    report_fault,
    report_problems,
)

if TYPE_CHECKING:
    from mypy_eqxstate.module_check import ModuleCheck
    from mypy_eqxstate.reach import Reach

# What declares classes affine (`@affine`), and how the stubs do it.
_OWN_MODULES = (__name__.partition(".")[0], f"{__name__.partition('.')[0]}.annotations")


class Session:
    """The plugin's memory during one run of mypy.

    Args:
        options: mypy's options.

    Attributes:
        configuration: what the user configured for this plugin.
    """

    def __init__(self, options: Options) -> None:
        self.configuration = _configuration(options)
        self._options = options
        self._checkers: dict[str, TypeChecker] = {}
        self._modules: Mapping[str, MypyFile] = {}
        self._classes = AFFINE_CLASSES | self.configuration.affine
        self._homes = frozenset(_OWN_MODULES).union(*map(_holders, self._classes))
        self._found_manager: BuildManager | None = None
        self._imports: dict[str, set[str]] | None = None
        self._concerned: set[str] | None = None
        self._called: set[str] | None = None
        self._problems_shown = False
        self._pending_faults: list[str] = []
        self._fault_printed = False
        self._reach: Reach | None = None
        self._check: ModuleCheck | None = None

    # --- what mypy's cache must know

    @cached_property
    def cache(self) -> CacheData:
        """What the findings of each module rest on besides its source."""
        common = {"version": __version__, "configuration": self.configuration.digest()}
        return CacheData(common, own_digest, compared_as_copy=not self._options.fixed_format_cache)

    def data_to_store(self, module: str, path: str) -> dict[str, str]:
        """What mypy's cache is to keep with a module that was checked."""
        concerned = self._concerned_modules()
        return self.cache.to_store(
            path,
            may_have_findings=concerned is None or module in concerned,
            may_be_read=module in self._readable(),
        )

    def _readable(self) -> set[str]:
        """The modules whose bodies may be read for others: those that concerned ones depend on."""
        if self._called is None:
            concerned = self._concerned_modules()
            if concerned is None:
                return set()
            self._called = {
                name
                for name in reachable(self._imports or {}, concerned)
                if name.partition(".")[0] not in DESCRIBED_PACKAGES
            }
        return self._called

    def _concerned_modules(self) -> set[str] | None:
        """The modules that import the home of an affine class; None if that is not known."""
        if self._is_nobody_concerned():
            return set()
        if self._concerned is None and self._manager is not None:
            self._imports = dependencies(self._manager)
            self._concerned = importers(self._imports, _roots(self._imports, self._classes))
        return self._concerned

    # --- the course of a run

    def attach(self, modules: Mapping[str, MypyFile]) -> None:
        """Remember the build whose modules these are, and show problems of the configuration."""
        self._modules = modules
        self._imports = self._concerned = self._called = None
        self._reach = self._check = None
        problems = self.configuration.problems
        if not problems or self._problems_shown:
            return
        self._problems_shown = True
        config_file = self._options.config_file or ""
        if self._manager is not None:
            report_problems(self._manager, config_file, problems)
        else:
            for problem in problems:
                print(f"mypy_eqxstate: {problem}", file=sys.stderr)

    @property
    def _manager(self) -> BuildManager | None:
        """The build manager, looked for when it is first needed."""
        if self._found_manager is None or self._found_manager.modules is not self._modules:
            self._found_manager = _manager_of(self._modules)
        return self._found_manager

    def data_to_compare(self, module: str, path: str) -> dict[str, str]:
        """What equals the data that mypy's cache has of a module, if it is still up to date.

        mypy asks while it loads its graph: if an affine class's home is in it, the build manager
        will be needed, and finding it is quicker now, with few objects in the process.
        """
        if self._found_manager is None and module in self._homes:
            self._found_manager = _manager_of(modules_state.modules)
        return self.cache.to_compare(path)

    def _is_nobody_concerned(self) -> bool:
        """Whether no affine class is near: what a module imports is loaded before its check."""
        return self._modules.keys().isdisjoint(self._homes)

    def note_checker(self, checker: object) -> None:
        """Remember the type checker that is at work, for the end of its module."""
        if isinstance(checker, TypeChecker) and not self._is_nobody_concerned():
            self._checkers[checker.tree.fullname] = checker

    def end_of_module(self, tree: MypyFile) -> set[str]:
        """Check one module that mypy has finished, and report what is found.

        Args:
            tree: mypy's tree of it.

        Returns:
            Names of the modules on whose contents the findings rest.
        """
        if self._is_nobody_concerned():
            return set()
        checker = self._checkers.pop(tree.fullname, None)
        if not self._may_concern(tree):
            return set()
        if checker is None or checker.tree is not tree:
            holders = (o for o in gc.get_referrers(tree) if isinstance(o, TypeChecker))
            checker = next(holders, None)
        if checker is None or not _is_shown(checker):
            return set()
        faults, self._pending_faults = self._pending_faults, []
        modules: set[str] = set()
        try:
            modules = self._analyze(tree, checker, faults)
        except Exception as error:
            faults.append(self.describe_fault(error))
        if faults:
            report_fault(checker, faults)
        return modules

    def _analyze(self, tree: MypyFile, checker: TypeChecker, faults: list[str]) -> set[str]:
        if self._check is None:
            from mypy_eqxstate.module_check import ModuleCheck

            self._check = ModuleCheck(self._manager, self.configuration, self._concerned_modules())
        return self._check.run(tree, checker, faults, self._show_traceback)

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
        concerned = self._concerned_modules() or set()
        if tree.fullname in concerned:
            if self._reach is None:
                from mypy_eqxstate.reach import Reach

                self._reach = Reach(manager, self._imports or {}, concerned, self._classes)
            return tree.fullname in self._reach
        # The daemon changes imports while it runs; the module's own ones are looked at anew.
        return not concerned.isdisjoint(direct_imports(tree))

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


def _manager_of(modules: Mapping[str, MypyFile]) -> BuildManager | None:
    """The build whose modules these are.  Nothing that a plugin is given leads to it."""
    holders = (o for o in gc.get_referrers(modules) if isinstance(o, BuildManager))
    return next(holders, None)


def _holders(class_name: str) -> Iterator[str]:
    """The modules that a class of a full name may be defined in, the longest name first."""
    while "." in class_name:
        class_name = class_name.rpartition(".")[0]
        yield class_name


def _roots(modules: Container[str], classes: Iterable[str]) -> set[str]:
    """The modules that define an affine class, or on which such a definition rests."""
    roots = {name for name in _OWN_MODULES if name in modules}
    for name in classes:
        home = next((holder for holder in _holders(name) if holder in modules), None)
        if home is not None:
            roots.add(home)
    return roots


def _configuration(options: Options) -> Configuration:
    """The user's configuration; a fault in reading it is one of its problems."""
    try:
        return read_configuration(options.config_file, _parse_row)
    except Exception as error:
        return Configuration(
            problems=(f"internal fault, the section is ignored: {error!r}; {HOW_TO_REPORT}",)
        )


def _parse_row(text: str) -> object:
    """Understand a row of the user's; imported late, as most users have none."""
    from mypy_eqxstate.contracts.notation import parse_row

    return parse_row(text)


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
