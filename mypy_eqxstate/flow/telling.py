"""Names that tell: whose mention shows that code without types may meet an affine object.

`create` in `model, state = create(key)` says nothing by itself.  But if it was imported from a
module of which the source can be read, and there its definition mentions `make_with_state`, or
something else that tells, then it tells, too.  So does a class that mentions it anywhere, and what
another module hands on (`from .models import create` in an `__init__.py`).

Worked example.  `train.py`: `from app import create`; `app/__init__.py`: `from app.models import
create`; `app/models.py`: `def create(key): return build(key)` beside `def build(key): return
eqx.nn.make_with_state(Net)(key)`.  `create` leads to `app.models.create`, which mentions `build`,
which mentions `make_with_state`: it makes one.

A function with a parameter that is annotated as affine, and a class of which only such methods have
to do with affine objects, *take* one and make none (`flow/relevance.py` says what that means).

The answer rests on the modules that were looked into, also if it is no: tomorrow `build` may be
another function.

Limits: a name that is bound to anything but a function, a class or an import tells nothing; `import
*` is not followed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from mypy_eqxstate.flow.relevance import Telling, mentioned_names, takes_as_declared
from mypy_eqxstate.ir.module import ModuleIndex


class _Told(NamedTuple):
    """What was found out about a name.

    Attributes:
        tells: what it was asked for.
        modules: the modules that were looked into for the answer.
    """

    tells: bool
    modules: frozenset[str]


class TellingNames:
    """Which full names tell.

    Args:
        index: the module of a name if it can be read and may make affine objects.
        words: names of affine classes and of what makes their objects.
    """

    def __init__(self, index: Callable[[str], ModuleIndex | None], words: frozenset[str]) -> None:
        self._index = index
        self._words = words
        self._makes: dict[str, _Told] = {}
        self._tells: dict[str, _Told] = {}
        self._further: dict[tuple[str, bool], Sequence[str]] = {}
        self._imports: dict[str, dict[str, str]] = {}

    def in_module(self, index: ModuleIndex) -> tuple[Telling, frozenset[str]]:
        """The telling ones of the names that a module has imported, or reads off modules.

        Returns:
            the names; and the modules on which it rests which ones these are.
        """
        makers: set[str] = set()
        takers: set[str] = set()
        modules: set[str] = set()

        def note(name: str, full_name: str) -> bool:
            tells, looked_into = self.tells(full_name)
            modules.update(looked_into)
            if tells:
                makes, looked_into = self._makes_some(full_name)
                modules.update(looked_into)
                (makers if makes else takers).add(name)
            return tells

        mentioned: frozenset[str] | None = None
        for local, full_name in self._imported(index).items():
            if note(local, full_name):
                continue
            module = self._index(full_name)
            if module is None:
                continue
            modules.add(module.name)
            if mentioned is None:
                mentioned = mentioned_names(index.tree)
            for name in mentioned & (module.functions.keys() | module.classes.keys()):
                note(name, f"{full_name}.{name}")
        return Telling(frozenset(makers), frozenset(takers)), frozenset(modules)

    def tells(self, full_name: str) -> tuple[bool, frozenset[str]]:
        """Whether the mention of what a full name stands for tells.

        Returns:
            whether it does; and the modules on which that rests.
        """
        return self._told(full_name, self._tells, with_takers=True)

    def _makes_some(self, full_name: str) -> tuple[bool, frozenset[str]]:
        """Whether what a full name stands for may make affine objects, or hold one."""
        return self._told(full_name, self._makes, with_takers=False)

    def _told(self, full_name: str, known: dict[str, _Told], with_takers: bool) -> _Told:
        """Whether any definition that a name leads to mentions one of the words."""
        found = known.get(full_name)
        if found is None:
            modules: set[str] = set()
            tells = any(self._reached(full_name, known, with_takers, modules))
            found = known[full_name] = _Told(tells, frozenset(modules))
        return found

    def _reached(
        self, full_name: str, known: dict[str, _Told], with_takers: bool, modules: set[str]
    ) -> Iterator[bool]:
        """For every definition that a name leads to: whether it mentions one of the words.

        Args:
            full_name: the name.
            known: what is known of other names.
            with_takers: what only takes something affine counts, too.
            modules: the modules that are looked into are added.
        """
        seen = {full_name}
        waiting = [full_name]
        while waiting:
            name = waiting.pop()
            told = known.get(name)
            if told is not None:
                modules |= told.modules
                yield told.tells
                continue
            home = self._index(name.rpartition(".")[0])
            if home is None:
                continue
            modules.add(home.name)
            for further in self._leads_to(name, with_takers):
                if further in self._words:
                    yield True
                elif further not in seen:
                    seen.add(further)
                    waiting.append(further)

    def _leads_to(self, full_name: str, with_takers: bool) -> Sequence[str]:
        """Words, and full names, that the definition of a name mentions."""
        found = self._further.get((full_name, with_takers))
        if found is None:
            found = tuple(self._mentions(full_name, with_takers))
            self._further[full_name, with_takers] = found
        return found

    def _mentions(self, full_name: str, with_takers: bool) -> Iterator[str]:
        home, _, own = full_name.rpartition(".")
        index = self._index(home)
        if index is None:
            return
        imports = self._imported(index)
        if own in imports:
            yield imports[own]
        node: ast.AST | None = index.functions.get(own) or index.classes.get(own)
        if node is None:
            return
        mentioned = mentioned_names(node) if with_takers else self._mentioned_by_makers(node)
        for name in mentioned:
            if name in self._words:
                yield name
            elif name in imports:
                yield imports[name]
            elif name in index.functions or name in index.classes:
                yield f"{home}.{name}"

    def _mentioned_by_makers(self, node: ast.AST) -> frozenset[str]:
        """The names in a definition, but for functions that take something affine."""
        if takes_as_declared(node, self._words):
            return frozenset()
        if not isinstance(node, ast.ClassDef):
            return mentioned_names(node)
        parts = [*node.body, *node.bases, *node.keywords, *node.decorator_list]
        return frozenset[str]().union(*map(self._mentioned_by_makers, parts))

    def _imported(self, index: ModuleIndex) -> dict[str, str]:
        found = self._imports.get(index.name)
        if found is None:
            found = self._imports[index.name] = dict(index.imported_names())
        return found
