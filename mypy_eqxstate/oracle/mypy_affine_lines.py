"""On which lines of a module a value can hold an affine object, by mypy's types.

Most functions of a module never meet an affine object, and looking at them would only cost time.
The checker's type map knows the type of every expression that mypy has inferred; one walk over
it, asking each type whether an affine object can be in it, tells which lines matter.

Worked example.  For `def f(s: State) -> int: return helper(s)` the line of the `return` is one,
because of the type of `s`; a function that only builds layers has none.

Limits: where mypy gives no types (unannotated functions, `Any`) there are no lines; who uses them
must look at such functions by other means.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from mypy.nodes import Expression, TypeInfo
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    NoneType,
    Overloaded,
    TupleType,
    Type,
    TypedDictType,
    TypeType,
    TypeVarType,
    UnionType,
    get_proper_type,
)

from mypy_eqxstate.oracle.mypy_affine import AffineClasses
from mypy_eqxstate.oracle.mypy_declaring import Declaring

_DEPTH = 4


class AffineLines:
    """The question whether a type can hold an affine object, remembered per class.

    Args:
        affine: the affine classes.
        declaring: on which modules it rests what is declared.
        concerned: the modules whose classes can have fields for affine objects: those that import
            an affine class, directly or not; None if that is not known.  Others are not looked
            into: mypy would have to read the symbols of every class from its cache.

    Attributes:
        modules: the modules of the classes that were looked into.
    """

    def __init__(
        self,
        affine: AffineClasses,
        declaring: Declaring,
        concerned: Container[str] | None = None,
    ) -> None:
        self._affine = affine
        self._declaring = declaring
        self.modules: set[str] = set()
        self._concerned = concerned
        self._holders: dict[TypeInfo, bool] = {}

    def of(self, types: dict[Expression, Type]) -> frozenset[int]:
        """The lines of the expressions whose type can hold an affine object.

        Args:
            types: a checker's type map.
        """
        found: set[int] = set()
        holders = self._holders
        callables: dict[int, bool] = {}  # by identity: the type map keeps them alive
        for expression, type_ in types.items():
            # Nearly all types are of the kinds that come first, and known by now.
            if isinstance(type_, (AnyType, NoneType)):
                continue
            if isinstance(type_, Instance) and not type_.args:
                holds = holders.get(type_.type)
                if holds is None:
                    holds = self.holds(type_)
            elif isinstance(type_, (CallableType, Overloaded)):
                holds = callables.get(id(type_))
                if holds is None:
                    holds = callables[id(type_)] = self.holds(type_)
            else:
                holds = self.holds(type_)
            if holds:
                found.add(expression.line)
        return frozenset(found)

    def holds(self, type_: Type, depth: int = _DEPTH) -> bool:
        """Whether a value of this type can hold an affine object, or is a callable about one."""
        if depth == 0 or isinstance(type_, (AnyType, NoneType)):
            return False
        proper = type_ if isinstance(type_, Instance) else self._affine.proper(type_)
        if isinstance(proper, (AnyType, NoneType)):
            return False
        if isinstance(proper, Instance):
            return self._class_holds(proper.type, depth) or self._one_holds(proper.args, depth - 1)
        if isinstance(proper, CallableType):
            return self.holds(proper.ret_type, depth - 1) or self._one_holds(
                proper.arg_types, depth - 1
            )
        if isinstance(proper, (UnionType, TupleType, Overloaded)):
            return self._one_holds(proper.items, depth)
        if isinstance(proper, TypeType):
            return self.holds(proper.item, depth - 1)
        if isinstance(proper, TypedDictType):
            return self._one_holds(proper.items.values(), depth - 1)
        if isinstance(proper, TypeVarType):
            return (
                self._affine.names_variable(proper)
                or self.holds(proper.upper_bound, depth - 1)
                or self._one_holds(proper.values, depth - 1)
            )
        return False

    def _one_holds(self, types: Iterable[Type], depth: int) -> bool:
        """Whether `holds` is true of one of several types; most are classes known by now."""
        if depth == 0:
            return False
        holders = self._holders
        for type_ in types:
            known = None
            if isinstance(type_, Instance) and not type_.args:
                known = holders.get(type_.type)
            if self.holds(type_, depth) if known is None else known:
                return True
        return False

    def _class_holds(self, info: TypeInfo, depth: int) -> bool:
        known = self._holders.get(info)
        if known is None:
            self._holders[info] = False  # while it is being found out: a recursive class
            known = info in self._affine
            for base in info.mro if not known else ():
                if self._concerned is None:
                    if base.module_name in _PLAIN_MODULES:
                        continue
                elif base.module_name not in self._concerned:
                    continue
                for symbol in base.names.values():
                    type_ = symbol.type
                    if type_ is None:
                        continue
                    if self._field_holds(type_, depth - 1):
                        known = True
                        break
                if known:
                    break
            self._holders[info] = known
        return known

    def _field_holds(self, type_: Type, depth: int) -> bool:
        """A member that holds one; what a method hands out shows where the method is called."""
        proper = get_proper_type(type_)
        if isinstance(proper, (CallableType, Overloaded)):
            return False
        self.modules |= self._declaring.of_types((type_,))
        return self.holds(proper, depth)


_PLAIN_MODULES = frozenset(
    {"builtins", "typing", "typing_extensions", "abc", "collections", "collections.abc", "enum"}
)
