"""Names that tell: whose mention shows that code without types may meet an affine object.

`create` in `model, state = create(key)` says nothing by itself.  But if it was imported from a
module of which the source can be read, and there its definition mentions `make_with_state`, or
something else that tells, then it tells, too.  So does a class that mentions it anywhere, and what
another module hands on (`from .models import create` in an `__init__.py`).

Worked example.  `train.py`: `from app import create`; `app/__init__.py`: `from app.models import
create`; `app/models.py`: `def create(key): return build(key)` beside `def build(key): return
eqx.nn.make_with_state(Net)(key)`.  `create` leads to `app.models.create`, which mentions `build`,
which mentions `make_with_state`: it tells.

Limits: a name that is bound to anything but a function, a class or an import tells nothing; `import
*` is not followed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from mypy_eqxstate.flow.relevance import mentioned_names
from mypy_eqxstate.ir.module import ModuleIndex


class TellingNames:
    """Which full names tell.

    Args:
        index: the module of a name if it can be read and may make affine objects.
        words: names of affine classes and of what makes their objects.
    """

    def __init__(self, index: Callable[[str], ModuleIndex | None], words: frozenset[str]) -> None:
        self._index = index
        self._words = words
        self._known: dict[str, bool] = {}
        self._imports: dict[str, dict[str, str]] = {}

    def in_module(self, index: ModuleIndex) -> frozenset[str]:
        """The telling ones of the names that a module has imported, or reads off modules."""
        found: set[str] = set()
        mentioned: frozenset[str] | None = None
        for local, full_name in self._imported(index).items():
            if self.tells(full_name):
                found.add(local)
                continue
            module = self._index(full_name)
            if module is None:
                continue
            if mentioned is None:
                mentioned = mentioned_names(index.tree)
            found.update(
                name
                for name in mentioned & (module.functions.keys() | module.classes.keys())
                if self.tells(f"{full_name}.{name}")
            )
        return frozenset(found)

    def tells(self, full_name: str) -> bool:
        """Whether the mention of what a full name stands for tells."""
        if full_name not in self._known:
            self._known[full_name] = any(self._reached(full_name))
        return self._known[full_name]

    def _reached(self, full_name: str) -> Iterator[bool]:
        """For every definition that a name leads to: whether it mentions one of the words."""
        seen = {full_name}
        waiting = [full_name]
        while waiting:
            name = waiting.pop()
            if self._known.get(name):
                yield True
            for further in self._leads_to(name):
                if further in self._words:
                    yield True
                elif further not in seen:
                    seen.add(further)
                    waiting.append(further)

    def _leads_to(self, full_name: str) -> Iterator[str]:
        """Words, and full names, that the definition of a name mentions."""
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
        for name in mentioned_names(node):
            if name in self._words:
                yield name
            elif name in imports:
                yield imports[name]
            elif name in index.functions or name in index.classes:
                yield f"{home}.{name}"

    def _imported(self, index: ModuleIndex) -> dict[str, str]:
        found = self._imports.get(index.name)
        if found is None:
            found = self._imports[index.name] = dict(index.imported_names())
        return found
