"""The other modules of a program: whose bodies can be read, and what their names stand for.

A module under analysis asks here what `package.steps.train_step` is.  If the source of
`package.steps` can be read, that module is parsed and its body solved, once for all modules that
ask, so that the answer is the function itself with what its decorators made of it; a call of it
then counts by its body, like a call of a function of the same module.  Further bodies are
solved when a call asks for them, never before.

Worked example.  `helpers.py` has `def clone(state): return jax.tree.map(lambda x: x, state)`; in
`train.py`, `from helpers import clone` binds a name for `helpers.clone`.  The call `clone(s)` asks
here, gets the function, and its summary: the result is a new State, and `s` is only read.

What a summary says must not depend on who asks first, or a warm run would differ from a cold one:

- a module is seen here without the types of its expressions, even if the type checker happens to
  have just checked it (what its definitions declare is known either way);
- it is never the one under analysis: that is looked at anew if another module calls into it by
  name (a function of its own that it hands over as a callback stays its own);
- bounds on contexts are counted for each module under analysis (`begin`).

Limits: a chain of more than `MAXIMAL_HOPS` names that stand for each other is not followed, nor is
a name that is bound on several paths.  Very large bodies count by their signature
(`flow/module.py`).  Packages that the library table describes are never read.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import Final

from mypy_eqxstate.contracts.library import DESCRIBED_PACKAGES, PRODUCERS
from mypy_eqxstate.contracts.model import Row
from mypy_eqxstate.faults import Fault, note_fault
from mypy_eqxstate.flow.lookups import Lookups
from mypy_eqxstate.flow.module import ModuleAnalysis
from mypy_eqxstate.flow.recursion import Summaries
from mypy_eqxstate.flow.relevance import Telling
from mypy_eqxstate.flow.solver import NoFixpointError
from mypy_eqxstate.flow.telling import TellingNames
from mypy_eqxstate.flow.values import Descriptor, Symbol, Value
from mypy_eqxstate.fullnames import holders
from mypy_eqxstate.ir.model import BodyNode
from mypy_eqxstate.ir.module import ModuleIndex
from mypy_eqxstate.oracle.protocol import Sources
from mypy_eqxstate.oracle.shapes import Shape

MAXIMAL_HOPS: Final = 8


class Program:
    """The modules that calls lead into.

    Args:
        sources: finds the source of a module, and what is declared in it.
        row: the library table and the user's rows, by full name.
        affine_classes: full names of classes that are affine by table or configuration.
        strict: explicitly dropped results count as kept.
    """

    def __init__(
        self,
        sources: Sources,
        row: Callable[[str], Row | None],
        affine_classes: frozenset[str],
        strict: bool = False,
    ) -> None:
        self._sources = sources
        self._row = row
        self._affine_classes = affine_classes
        self._strict = strict
        self._modules: dict[str, ModuleAnalysis | None] = {}
        self._homes: dict[ast.AST, ModuleAnalysis] = {}
        self._analysed: ModuleAnalysis | None = None
        self._solving: set[str] = set()
        self._solved: set[str] = set()
        self._new_faults: list[Fault] = []
        self.lookups = Lookups()
        self._summaries = Summaries(self.lookups)
        words = {name.rpartition(".")[2] for name in (*affine_classes, *PRODUCERS)}
        self._telling = TellingNames(self._index, frozenset(words))

    def begin(self, analysed: ModuleAnalysis) -> None:
        """Another module is going to be analysed: callbacks may lead back into it."""
        self._analysed = analysed
        for module in self._modules.values():
            if module is not None:
                module.forget_contexts()

    def end(self) -> None:
        """The module that was being analysed is not needed any more."""
        self._analysed = None

    def home(self, node: BodyNode) -> ModuleAnalysis | None:
        """The module that has a function; None if nobody knows it."""
        if self._analysed is not None and self._analysed.index.has(node):
            return self._analysed
        return self._homes.get(node)

    def value_of(self, full_name: str, anywhere: bool = True) -> tuple[Value | None, set[str]]:
        """What a full name stands for in the module that defines it.

        Args:
            full_name: the name.
            anywhere: look into modules that make no affine objects, too.

        Returns:
            A function, with what was made of it, or None if the module can't be read or there is
            no more to say than the name; and the modules through which the name leads there.
        """
        found: Value | None = None
        modules: set[str] = set()
        for module, name in self._hops(full_name, anywhere):
            modules.add(module.index.name)
            value = module.definitions.value_of_symbol(name)
            if isinstance(value, Descriptor):
                found = value.function
            elif isinstance(value, Symbol):
                found = module.definitions.instance_of_symbol(name) or found
            else:
                found = value
        return found, modules

    def _hops(self, full_name: str, anywhere: bool) -> Iterator[tuple[ModuleAnalysis, str]]:
        """The modules that a name leads through, each with the name there."""
        for _ in range(MAXIMAL_HOPS):
            module = self._defining(full_name, anywhere)
            if module is None:
                return
            yield module, full_name
            value = module.definitions.value_of_symbol(full_name)
            if not isinstance(value, Symbol) or value.full_name == full_name:
                return
            full_name = value.full_name

    def _defining(self, full_name: str, anywhere: bool) -> ModuleAnalysis | None:
        """The readable module that a full name lies in, its names known as far as they are."""
        for name in holders(full_name):
            if anywhere or self._sources.may_make_affine(name):
                module = self._module(name)
                if module is not None:
                    self._solve(module)
                    return module
        return None

    def telling_names(self, index: ModuleIndex) -> tuple[Telling, frozenset[str]]:
        """The names in a module that tell because of what they mean in another one.

        Returns:
            the names; and the modules on whose contents that rests.
        """
        return self._telling.in_module(index)

    def _index(self, name: str) -> ModuleIndex | None:
        """The index of a readable module that may make affine objects."""
        if not self._sources.may_make_affine(name):
            return None
        module = self._module(name)
        return None if module is None else module.index

    def stored(self, class_name: str) -> tuple[Mapping[str, Shape], Set[str]]:
        """The shapes of what the constructor of a class in another module stores.

        Returns:
            the shapes by field; and the modules on whose contents it rests.
        """
        module, modules = self._storing(class_name)
        return (module.instances.shapes(class_name) if module is not None else {}), modules

    def stored_callable(
        self, class_name: str, name: str, receiver: Value
    ) -> tuple[Value | None, Set[str]]:
        """The callable that the constructor of a class in another module stores in a field.

        Returns:
            the callable, if there is one; and the modules on whose contents that rests.
        """
        module, modules = self._storing(class_name)
        if module is None:
            return None, modules
        return module.instances.callable_of(class_name, name, receiver), modules

    def _storing(self, class_name: str) -> tuple[ModuleAnalysis | None, Set[str]]:
        """The module of a class that may have to do with affine objects."""
        tells, modules = self._telling.tells(class_name)
        module = self._defining(class_name, False) if tells else None
        return module, modules if module is None else modules | {module.index.name}

    def closure(self, names: Iterable[str]) -> set[str]:
        """The modules on whose sources the contents of some modules rest, these included."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                module = self._modules.get(name)
                if module is not None:
                    waiting.extend(module.modules)
        return found

    def declaring(self, names: Iterable[str]) -> set[str]:
        """The modules that declare what the contents of some modules rest on."""
        modules = (self._modules.get(name) for name in names)
        return {
            name for module in modules if module is not None for name in module.oracle.declaring()
        }

    def faults(self, names: Iterable[str]) -> list[Fault]:
        """What went wrong in bodies of some modules, so that these count as opaque.

        Besides, once, what went wrong while modules were read.
        """
        modules = (self._modules.get(name) for name in sorted(names))
        new, self._new_faults = self._new_faults, []
        return new + [fault for module in modules if module is not None for fault in module.faults]

    def _module(self, name: str) -> ModuleAnalysis | None:
        if name in self._modules:
            return self._modules[name]
        self._modules[name] = None
        if name.partition(".")[0] not in DESCRIBED_PACKAGES:
            try:
                self._read(name)
            except Exception as error:
                note_fault(self._new_faults, error, f"the module {name}")
        return self._modules[name]

    def _read(self, name: str) -> None:
        source = self._sources.module(name)
        if source is not None:
            index = ModuleIndex(source.tree, name, source.is_package)
            module = ModuleAnalysis(
                index,
                source.oracle,
                self._row,
                self._affine_classes,
                self._strict,
                program=self,
                foreign=(source.path, self._summaries),
            )
            self._modules[name] = module
            for node in index.functions.values():
                self._homes[node] = module

    def _solve(self, module: ModuleAnalysis) -> None:
        """Solve the module's body, unless that is what is going on."""
        name = module.index.name
        if name in self._solved or name in self._solving:
            return
        self._solving.add(name)
        try:
            with self._summaries.separately():
                module.analyze_module_body()
                module.learn_instances()
        except NoFixpointError:
            pass  # a limit: what is not known of its names is asked of mypy
        except Exception as error:
            module.note_fault(error)
        finally:
            self._solving.discard(name)
            self._solved.add(name)
