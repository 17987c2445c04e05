"""The plugin in mypy's daemon: findings that outlive an edit, and modules to look at again.

The daemon (`dmypy`) keeps a whole build in memory.  At an edit it forgets all errors and then
checks anew what the edit can have changed, function by function, and each function that had an
error (mypy's words: targets, and triggers that lead to them).  It knows nothing of findings about a
module as a whole, so `Daemon` says all that it must know in mypy's own terms:

- **Findings are the errors of a function.**  Each module gets one of an impossible name,
  `mypy_eqxstate@findings`, whose body is one call of itself.  Our errors are said to lie in it.
  When mypy checks it again, as it does with every function that had errors, it asks the plugin
  about that call, and `repeat` says the same errors once more.
- **Other modules are a variable.**  `mypy_eqxstate@source` has for its type a literal with a digest
  of all that others may rest on in this module.  Where it changes, mypy triggers the modules that
  rest on it, because we name them among the dependencies of the tree.
- **What is declared is another variable**, `mypy_eqxstate@declared`, with a digest of the module's
  symbols: for those whose findings rest on these and not on bodies.
- **A triggered module is loaded anew as a whole**, so that its end is reached and it is analysed:
  mypy does that with modules of which it has no bodies (`is_cache_skeleton`), so all that concern
  us are said to be such.

Worked example.  `train.py` calls `helpers.step` and goes on with the old State: an error in the
function `train.mypy_eqxstate@findings`.  An edit of `readme.py` makes the daemon drop it and check
that function again, and it is repeated.  An edit in the body of `step` changes the literal in
`helpers.mypy_eqxstate@source`; `train` is loaded, checked and analysed anew.

What others rest on in a module is its text, the modules that it imports, whether an affine object
can come to it (`cache.digest_of`), and what it and the modules that it uses declare.  The last
matters where mypy infers a declaration from a third module; it is looked at only where a module is
analysed again with its text unchanged.

`dmypy run` reads the configuration again, and starts anew if mypy's options have changed.  Of our
own section it knows nothing, but it makes a new instance of the plugin to see whether plugins have
changed.  That instance compares (`Session.reconfigure`), and all modules are checked again.

One update of mypy's must come to an end.  Where a class body has an error, mypy makes the methods
of dataclasses anew each time it checks the error again, under new names, which triggers whoever
uses the class; a module that is loaded for that has such errors, too, and so on.  So a module is
loaded a few times in one update; then it is left as it is, until the next update begins
(`begin_update`).

Names with an `@` are safe: no source can say them, and mypy itself uses such names, which it keeps
when it strips a module before checking it again (`mypy/server/aststrip.py`).

Limits: a module that concerns us is checked as a whole where plain mypy would check one function of
it.  `dmypy check` and `dmypy recheck` don't read any configuration again, mypy's or ours.  With
`--use-fine-grained-cache` mypy starts from its cache without the errors in it, ours and its own.
"""

from __future__ import annotations

import gc
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mypy import errorcodes
from mypy.build import BuildManager, State
from mypy.checker import TypeChecker
from mypy.fswatcher import FileSystemWatcher
from mypy.nodes import (
    GDEF,
    Block,
    CallExpr,
    ExpressionStmt,
    FuncDef,
    MypyFile,
    NameExpr,
    SymbolTable,
    SymbolTableNode,
    TypeInfo,
    Var,
)
from mypy.types import CallableType, Instance, LiteralType, NoneType

if TYPE_CHECKING:
    from mypy.plugin import FunctionContext
    from mypy.server.astdiff import SymbolSnapshot
    from mypy.server.update import FineGrainedBuildManager

FINDINGS: Final = "mypy_eqxstate@findings"
SOURCE: Final = "mypy_eqxstate@source"
DECLARED: Final = "mypy_eqxstate@declared"
_OURS: Final = frozenset({FINDINGS, SOURCE, DECLARED})
_ABOUT_IGNORES: Final = (errorcodes.UNUSED_IGNORE, errorcodes.IGNORE_WITHOUT_CODE)
# How often a module is loaded in one update: its own edit, and what others make of theirs.
_MAXIMAL_LOADS: Final = 4
# Functions of a module are checked in the order of their lines, so ours comes last.
_LAST_LINE: Final = 1 << 30

Report = Callable[[TypeChecker], None]


@dataclass(slots=True)
class _Module:
    """What is remembered of a module from one check to the next.

    Attributes:
        report: says its findings.
        rests_on: the modules on which they rest.
        text: the digest of its source and its imports.
        declared: the digest of what it and the modules that it uses declare.
        source: the digest of its file when mypy last loaded it.
        ahead: how often another module was analysed with a newer file of it.
        is_asked: findings elsewhere rest on what it declares.
    """

    report: Report | None = None
    rests_on: frozenset[str] = frozenset()
    text: str = ""
    declared: str = ""
    source: str = ""
    ahead: int = 0
    is_asked: bool = False


class Daemon:
    """The memory of the plugin in a daemon.

    Args:
        manager: mypy's build.

    Attributes:
        graph: the daemon's graph of modules; None as long as it builds for the first time.
        concerned: the modules that an affine object could come to at the last look.
    """

    def __init__(self, manager: BuildManager) -> None:
        self._manager = manager
        self.graph: dict[str, State] | None = None
        self._modules: dict[str, _Module] = {}
        self.concerned: set[str] = set()
        self._updates: FineGrainedBuildManager | None = None
        self._update: object = None
        self._loads: Counter[str] = Counter()
        self._left_alone: set[str] = set()

    # --- mypy's state

    def find_graph(self) -> None:
        """Find the graph; there is one after the first build."""
        # Imported late, as below: only the daemon itself needs mypy's server.
        from mypy.server.update import FineGrainedBuildManager

        if self.graph is None:
            for holder in gc.get_referrers(self._manager):
                if isinstance(holder, FineGrainedBuildManager):
                    self.graph = holder.graph
                    self._updates = holder

    def begin_update(self) -> None:
        """Notice that another update of mypy's is going on than at the last look."""
        updates = self._updates
        # A new list for each update.
        if updates is None or updates.changed_modules is self._update:
            return
        self._update = updates.changed_modules
        self._loads.clear()
        for name in self._left_alone:
            tree = self._manager.modules.get(name)
            if tree is not None:
                tree.is_cache_skeleton = True
        self._left_alone.clear()

    def check_all_again(self) -> None:
        """Let the next check find all modules changed, as the configuration has."""
        self.find_graph()
        paths = [
            state.path
            for state in (self.graph or {}).values()
            if state.path is not None and not state.ignore_all and state.path.endswith(".py")
        ]
        for watcher in gc.get_referrers(self._manager.fscache):
            if isinstance(watcher, FileSystemWatcher):
                watcher.remove_watched_paths(paths)
                watcher.add_watched_paths(paths)

    # --- the end of a module

    def remember_findings(self, tree: MypyFile, report: Report) -> None:
        """Keep the findings of a module for later.

        Args:
            tree: the module.
            report: says them, given a type checker of the module.
        """
        name = tree.fullname
        self._modules.setdefault(name, _Module()).report = report
        _define(tree, FINDINGS, self._function())
        self._loads[name] += 1
        if self._loads[name] <= _MAXIMAL_LOADS:
            # The tree is as good as gone: whatever triggers a part of the module loads all of it.
            tree.is_cache_skeleton = True
        else:
            self._left_alone.add(name)
        self._manager.ast_cache.pop(name, None)

    def say_findings(self, tree: MypyFile, checker: TypeChecker, report: Report) -> None:
        """Say the findings of a module for the first time.

        Args:
            tree: the module.
            checker: its type checker.
            report: says them, given a type checker of the module.
        """
        self._say(tree, checker, report)
        self._judge_ignores(tree, checker)

    def forget_findings(self, tree: MypyFile) -> None:
        """The module is not one that can have any."""
        if tree.fullname in self._modules:
            self._modules[tree.fullname].report = None
            tree.names.pop(FINDINGS, None)

    def repeat(self, context: FunctionContext) -> None:
        """Say the findings of a module once more: mypy is checking the function that has them."""
        checker = context.api
        if not isinstance(checker, TypeChecker):
            return
        known = self._modules.get(checker.tree.fullname)
        if known is not None and known.report is not None:
            self._say(checker.tree, checker, known.report)

    def note_dependencies(
        self,
        tree: MypyFile,
        rests_on: Iterable[str],
        declaring: Iterable[str],
        concerned: set[str],
        text: str,
    ) -> None:
        """Tell mypy which modules are to be loaded anew, now and when others change.

        Args:
            tree: a module that was checked.
            rests_on: the modules on which its findings rest.
            declaring: those of which it matters what they declare.
            concerned: all modules that an affine object can come to.
            text: the digest of what findings elsewhere may rest on in this module.
        """
        name = tree.fullname
        known = self._modules.setdefault(name, _Module())
        known.rests_on = frozenset(rests_on)
        name_dependencies(tree, known.rests_on, declaring)
        for other in declaring:
            if not self._modules.setdefault(other, _Module()).is_asked:
                self._define_declared(other)
        if known.is_asked or self.graph is not None:
            # Also if nobody has asked: those who come from a fine-grained cache did.
            self._define_declared(name)
        known.source = self._source_digest(tree.path)
        graph = self.graph
        if graph is not None:
            self._note_what_is_ahead({*rests_on, *graph[name].dependencies})
            if text == known.text:
                known.declared = self._declared_digest(graph[name])
            again = {
                other
                for other, module in self._modules.items()
                if name in self._needs(module.rests_on, graph)
            }
            again |= self._newly_concerned(concerned)
            tree.plugin_deps.setdefault(_trigger(name), set()).update(again - {name})
        known.text = text
        self.concerned = concerned
        value = f"{text} {known.declared} {known.ahead}"
        self._define_literal(tree, SOURCE, value)

    def _define_declared(self, name: str) -> None:
        """Say what a module declares now."""
        tree = self._manager.modules.get(name)
        if tree is not None:
            self._modules[name].is_asked = True
            self._define_literal(tree, DECLARED, _declared(tree))

    def _define_literal(self, tree: MypyFile, name: str, value: str) -> None:
        _define(tree, name, Var(name, LiteralType(value, self._builtin("str"))))

    def _function(self) -> FuncDef:
        """A function of which the plugin is asked when mypy checks it: it calls itself."""
        callee = NameExpr(FINDINGS)
        call = CallExpr(callee, [], [], [])
        statement = ExpressionStmt(call)
        body = Block([statement])
        type_ = CallableType([], [], [], NoneType(), self._builtin("function"))
        function = FuncDef(FINDINGS, [], body, type_)
        for node in (callee, call, statement, body, function):
            node.set_line(_LAST_LINE, 0, _LAST_LINE, 1)
        return function

    def _builtin(self, name: str) -> Instance:
        info = self._manager.modules["builtins"].names[name].node
        assert isinstance(info, TypeInfo)
        return Instance(info, [])

    def _say(self, tree: MypyFile, checker: TypeChecker, report: Report) -> None:
        """Report, and say in which function the errors are."""
        errors = self._manager.errors
        known = errors.error_info_map
        if checker.path in errors.flushed_files:
            # mypy says a second time in one run what it has said, and has not begun anew; where
            # that are errors of its own, it crashes (`tests/parity/test_faults_of_mypy.py`).
            errors.flushed_files.discard(checker.path)
            known.pop(checker.path, None)
        before = {path: len(infos) for path, infos in known.items()}
        report(checker)
        for path, infos in known.items():
            for info in infos[before.get(path, 0) :]:
                info.target = f"{tree.fullname}.{FINDINGS}"

    def _judge_ignores(self, tree: MypyFile, checker: TypeChecker) -> None:
        """Find unused `# type: ignore` comments again: the daemon looks for them too early."""
        graph = self.graph
        if graph is None:
            return
        errors = self._manager.errors
        infos = errors.error_info_map.get(checker.path)
        if infos is not None:
            kept = [info for info in infos if info.code not in _ABOUT_IGNORES]
            if kept:
                errors.error_info_map[checker.path] = kept
            else:
                del errors.error_info_map[checker.path]
        graph[tree.fullname].generate_unused_ignore_notes()
        graph[tree.fullname].generate_ignore_without_code_notes()

    # --- who is to be loaded anew

    def _note_what_is_ahead(self, modules: Iterable[str]) -> None:
        """Note the modules whose new file was read here before mypy has loaded it.

        If that file has a syntax error, mypy does not load it, and when it is put back as it was,
        nothing seems to have changed; but what was found meanwhile rests on the wrong file.
        """
        for name in modules:
            known, tree = self._modules.get(name), self._manager.modules.get(name)
            if known is not None and (
                tree is None or known.source != self._source_digest(tree.path)
            ):
                known.ahead += 1

    def _source_digest(self, path: str) -> str:
        try:
            return self._manager.fscache.hash_digest(path)
        except OSError:
            return ""  # a namespace package, or gone

    def _needs(self, rests_on: frozenset[str], graph: Mapping[str, State]) -> set[str]:
        """The modules on which findings rest, and those that these use."""
        needs = set(rests_on)
        for name in rests_on:
            if name in graph:
                needs.update(graph[name].dependencies)
        return needs

    def _newly_concerned(self, concerned: set[str]) -> set[str]:
        """The modules that an affine object can come to now and could not before, or inversely."""
        changed = set()
        for name in concerned ^ self.concerned:
            tree = self._manager.modules.get(name)
            if tree is not None and not tree.is_stub:
                tree.is_cache_skeleton = True
                changed.add(name)
        return changed

    def _declared_digest(self, state: State) -> str:
        from mypy.server.astdiff import snapshot_symbol_table

        digest = hashlib.sha256()
        for name in sorted(self._modules.keys() & {state.id, *state.dependencies}):
            tree = self._manager.modules.get(name)
            if tree is not None:
                snapshot = snapshot_symbol_table(name, tree.names)
                digest.update(repr(sorted(snapshot.items())).encode())
        return digest.hexdigest()


def declarations(tree: MypyFile) -> Mapping[str, SymbolSnapshot]:
    """What a module declares, as mypy compares it.

    Names of ours are left out: they have digests of texts.
    """
    from mypy.server.astdiff import snapshot_symbol_table

    names = SymbolTable()
    names.update({name: symbol for name, symbol in tree.names.items() if name not in _OURS})
    return snapshot_symbol_table(tree.fullname, names)


def _declared(tree: MypyFile) -> str:
    """A digest of what a module declares."""
    return hashlib.sha256(repr(sorted(declarations(tree).items())).encode()).hexdigest()


def name_dependencies(
    tree: MypyFile, rests_on: Iterable[str], declaring: Iterable[str] = ()
) -> None:
    """Let the daemon load a module anew when others change; mypy's fine-grained cache keeps that.

    Args:
        tree: the module.
        rests_on: the modules on which its findings rest.
        declaring: those of which it matters what they declare.
    """
    for module in rests_on:
        tree.plugin_deps.setdefault(_trigger(module), set()).add(tree.fullname)
    for module in declaring:
        tree.plugin_deps.setdefault(_trigger(module, DECLARED), set()).add(tree.fullname)


def is_findings(full_name: str) -> bool:
    """Whether this is the function in which the findings of a module are."""
    return full_name.endswith("." + FINDINGS)


def _trigger(module: str, variable: str = SOURCE) -> str:
    return f"<{module}.{variable}>"


def _define(tree: MypyFile, name: str, node: FuncDef | Var) -> None:
    """Put a name into a module that nothing imports and nobody sees."""
    node._fullname = f"{tree.fullname}.{name}"
    symbol = SymbolTableNode(GDEF, node, module_public=False)
    symbol.module_hidden = True
    tree.names[name] = symbol
