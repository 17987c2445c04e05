"""On which modules it rests what mypy's symbol tables say.

That a `Box` holds a State may rest on a module that nobody mentions: `Box.drawer` is declared in
`pair.py` as a `drawer.Drawer`, and what a `Drawer` has is declared in `drawer.py`.  So whoever asks
for a class or a function by its name notes here which modules the answer was read from: those of
the class and its ancestors, and those of all types in its declaration, aliases included.

mypy does the same for the types of expressions, and for the names that a module mentions.  That is
not enough: it does not look into the fields of classes, and in functions without annotations
expressions have no types.

Limit: modules of the standard library and of the described packages are left out; they change with
an installation only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from mypy.indirection import TypeIndirectionVisitor
from mypy.nodes import (
    Decorator,
    FuncDef,
    MypyFile,
    OverloadedFuncDef,
    SymbolNode,
    TypeInfo,
    Var,
)
from mypy.types import Type

from mypy_eqxstate.fullnames import holders, may_be_read
from mypy_eqxstate.oracle.protocol import ClassInfo, Declaration

if TYPE_CHECKING:
    from mypy_eqxstate.oracle.mypy_symbols import Symbols

_NONE: frozenset[str] = frozenset()


class Declaring:
    """The modules that declare things, for all who ask.

    Args:
        modules: mypy's modules by name.
    """

    def __init__(self, modules: Mapping[str, MypyFile]) -> None:
        self._modules = modules
        self._visitor = TypeIndirectionVisitor()
        self._counts: dict[str, bool] = {}
        self._of_class: dict[TypeInfo, frozenset[str]] = {}

    def of_name(self, full_name: str) -> frozenset[str]:
        """The module that a full name lies in."""
        for holder in holders(full_name):
            if holder in self._modules:
                return self.of_modules((holder,))
        return _NONE

    def of_class(self, info: TypeInfo) -> frozenset[str]:
        """Those of a class, its ancestors and the types of its fields."""
        found = self._of_class.get(info)
        if found is None:
            own = self.of_modules(base.module_name for base in info.mro)
            types = [
                symbol.type
                for base in info.mro
                if base.module_name in own
                for symbol in base.names.values()
                if isinstance(symbol.node, Var)
            ]
            found = own | self.of_types([*types, info.typeddict_type, info.tuple_type])
            self._of_class[info] = found
        return found

    def of_types(self, types: Iterable[Type | None]) -> frozenset[str]:
        """Those of all that types are made of."""
        given = [type_ for type_ in types if type_ is not None]
        return self.of_modules(self._visitor.find_modules(given)) if given else _NONE

    def of_modules(self, names: Iterable[str]) -> frozenset[str]:
        """Of some modules those that somebody may edit."""
        counts = self._counts
        found = set()
        for name in names:
            if name not in counts:
                tree = self._modules.get(name)
                counts[name] = may_be_read(name, None if tree is None else tree.path)
            if counts[name]:
                found.add(name)
        return frozenset(found)


class NotedSymbols:
    """Symbols that one module asks for.

    Args:
        symbols: answers.

    Attributes:
        modules: the modules that the answers so far were read from.
    """

    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols
        self._declaring = symbols.declaring
        self._noted: set[tuple[str, str]] = set()
        self.modules: set[str] = set()

    def declaration(self, full_name: str) -> Declaration | None:
        """The function or method of this full name; for a class its constructor."""
        if self._is_new(full_name, ""):
            node = self._symbols.node(full_name)
            if isinstance(node, TypeInfo):
                self._note_method(node, "__init__")
            else:
                self.note(full_name if node is None else node.fullname)
                self._note_types(node)
        return self._symbols.declaration(full_name)

    def class_info(self, full_name: str) -> ClassInfo | None:
        """The class of this full name; None if there is none."""
        if self._is_new(full_name, "fields"):
            info = self._symbols.type_info(full_name)
            if info is None:
                self.note(full_name)
            else:
                self.modules |= self._declaring.of_class(info)
        return self._symbols.class_info(full_name)

    def method(self, class_name: str, name: str) -> Declaration | None:
        """The method that an instance of the class has under this name."""
        if self._is_new(class_name, f".{name}"):
            info = self._symbols.type_info(class_name)
            if info is None:
                self.note(class_name)
            else:
                self._note_method(info, name)
        return self._symbols.method(class_name, name)

    def note(self, full_name: str) -> None:
        """An answer rests on the module of a full name."""
        self.modules |= self._declaring.of_name(full_name)

    def note_types(self, types: Iterable[Type | None]) -> None:
        """An answer rests on all that types are made of."""
        self.modules |= self._declaring.of_types(types)

    def _is_new(self, name: str, question: str) -> bool:
        """Whether a question is asked for the first time."""
        before = len(self._noted)
        self._noted.add((name, question))
        return len(self._noted) > before

    def _note_method(self, info: TypeInfo, name: str) -> None:
        self.modules |= self._declaring.of_modules(base.module_name for base in info.mro)
        symbol = info.get(name)
        self._note_types(None if symbol is None else symbol.node)

    def _note_types(self, node: SymbolNode | None) -> None:
        """Of a function of which its decorators hide the type, that without them counts, too."""
        if isinstance(node, Decorator):
            self.note_types((node.var.type, node.func.type))
        elif isinstance(node, FuncDef | OverloadedFuncDef):
            self.note_types((node.type,))
