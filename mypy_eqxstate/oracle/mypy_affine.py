"""Which of mypy's classes are affine, and how `@affine` survives mypy's cache.

A class is affine if it or an ancestor is named in the library table or the configuration, or was
declared with `@mypy_eqxstate.affine` (in source or in the shipped stubs).  The decorator is gone
when a module comes from mypy's cache, but `TypeInfo.metadata` is kept: the class decorator hook
writes a mark there (`mark_affine`), and here it is read again.

Limit: a class decorated by an alias that mypy cannot resolve to `mypy_eqxstate`'s function is
not marked.
"""

from __future__ import annotations

from collections.abc import Container

from mypy.nodes import TypeInfo
from mypy.types import AnyType, ProperType, Type, TypeAliasType, TypeVarType, get_proper_type

METADATA_KEY = "mypy_eqxstate"
AFFINE_DECORATORS = frozenset({"mypy_eqxstate.affine", "mypy_eqxstate.annotations.affine"})
"""What declares a class affine, by the names under which mypy gives it to a plugin: that of the
definition, or that of the name which it was imported by."""


def mark_affine(info: TypeInfo) -> None:
    """Write into the class, and so into mypy's cache, that it was declared affine."""
    info.metadata[METADATA_KEY] = {"affine": True}


def is_marked_affine(info: TypeInfo) -> bool:
    """Whether this very class (ancestors aside) was declared with `@affine`."""
    mark = info.metadata.get(METADATA_KEY)
    return isinstance(mark, dict) and mark.get("affine") is True


class AffineClasses:
    """The test whether a class is affine, remembered per class.

    Args:
        names: full names of classes that are affine by the library table or the configuration.
    """

    def __init__(self, names: Container[str]) -> None:
        self._names = names
        self._known: dict[TypeInfo, bool] = {}

    def __contains__(self, info: TypeInfo) -> bool:
        """Whether the class or one of its ancestors is affine."""
        known = self._known.get(info)
        if known is None:
            known = any(
                ancestor.fullname in self._names or is_marked_affine(ancestor)
                for ancestor in info.mro
            )
            self._known[info] = known
        return known

    def names_variable(self, variable: TypeVarType) -> bool:
        """Whether a type variable is named as one that stands for affine objects."""
        return variable.fullname in self._names

    def proper(self, type_: Type) -> ProperType:
        """A type without alias, as `get_proper_type` has it, except for an alias without arguments.

        `Step = Callable[[S], S]` written as plain `Step` is `Callable[[Any], Any]` for mypy.  Here
        it is `Callable[[S], S]` if `S` is named as a variable that stands for affine objects.
        """
        if isinstance(type_, TypeAliasType) and type_.alias is not None and type_.args:
            variables = type_.alias.alias_tvars
            if len(variables) == len(type_.args):
                type_ = type_.copy_modified(
                    args=[
                        variable
                        if isinstance(argument, AnyType)
                        and isinstance(variable, TypeVarType)
                        and self.names_variable(variable)
                        else argument
                        for variable, argument in zip(variables, type_.args, strict=True)
                    ]
                )
        return get_proper_type(type_)
