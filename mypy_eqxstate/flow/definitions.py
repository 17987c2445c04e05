"""What the names of a module stand for: its own definitions, members of classes, full names.

A full name such as `package.module.Net.step` is looked for where it can be understood best: among
what the module body has bound (so that a decorated function is what its decorator made of it),
among what class bodies have bound, among the functions and classes of the module; else it stays a
name, for the table and the type checker.

Worked example.  In `step = jax.jit(f)`, `m.step` is a transform around `f` and not a name without
contents; after `class Net: step = eqx.filter_jit(_step)`, so is the method `Net.step`.

Limit: a name that may be bound to several things is only a name.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeGuard

from mypy_eqxstate.contracts.library import PRODUCERS
from mypy_eqxstate.contracts.model import Row
from mypy_eqxstate.flow.heap import ClassKnowledge
from mypy_eqxstate.flow.lookups import Lookups, Names
from mypy_eqxstate.flow.relevance import Telling
from mypy_eqxstate.flow.trust import may_be_affine, tells_more
from mypy_eqxstate.flow.values import (
    UNKNOWN_VALUE,
    VALUE_TYPES,
    Bound,
    Descriptor,
    Function,
    Object,
    Origin,
    Symbol,
    Transformed,
    Value,
)
from mypy_eqxstate.fullnames import canonical, may_be_read
from mypy_eqxstate.ir.model import Variable
from mypy_eqxstate.ir.module import ModuleIndex
from mypy_eqxstate.oracle.protocol import ClassInfo, Oracle
from mypy_eqxstate.oracle.shapes import (
    UNKNOWN,
    AffineShape,
    CallableShape,
    ContainerShape,
    InstanceShape,
    Shape,
    TupleShape,
    UnionShape,
    UnknownShape,
)


class Definitions:
    """The names of one module.

    Args:
        index: the module's functions, classes and scopes.
        oracle: the type checker's answers about it.
        row: the library table and the user's rows, by full name.
        affine_classes: full names of classes that are affine by table or configuration.
        stored: the shapes of what the constructor of a class stores (`flow/instances.py`).
        lookups: where is noted what rests on the names of the module.

    Attributes:
        classes: what is known of classes, of this module and others.
        names: what the module body and class bodies have bound their names to.
    """

    # For mypyc: what `release` takes away.
    __deletable__ = ["_stored", "classes", "index", "names", "oracle"]  # noqa: RUF012

    def __init__(
        self,
        index: ModuleIndex,
        oracle: Oracle,
        row: Callable[[str], Row | None],
        affine_classes: frozenset[str],
        stored: Callable[[str], Mapping[str, Shape]],
        lookups: Lookups,
    ) -> None:
        self.index = index
        self.oracle = oracle
        self.row = row
        self.affine_classes = affine_classes
        self._stored = stored
        self.classes = ClassKnowledge(self._class_info, oracle.is_concerned)
        self.names = Names(lookups)
        self._stateful: dict[str, bool] = {}
        self._constructing: dict[str, tuple[str, ...]] = {}

    def release(self) -> None:
        """Let go of the parts that refer back, and of the syntax tree."""
        del self.classes, self.index, self.names, self.oracle, self._stored

    # --- names ----------------------------------------------------------------------------------

    def full_name(self, name: str) -> str:
        """The full name of something that the module defines."""
        return f"{self.index.name}.{name}"

    def _own(self, full_name: str) -> str | None:
        prefix = f"{self.index.name}."
        return full_name[len(prefix) :] if full_name.startswith(prefix) else None

    def defines(self, full_name: str) -> bool:
        """Whether the module itself binds the first part of a full name below its own."""
        own = self._own(full_name)
        return own is not None and not self.index.is_unbound(own.partition(".")[0])

    def is_own_class(self, full_name: str) -> bool:
        """Whether the module defines a class of this full name."""
        return self._own(full_name) in self.index.classes

    @property
    def default_affine_class(self) -> str:
        """The class of a fresh object when nothing else tells."""
        return sorted(self.affine_classes, key=lambda name: (-len(name), name))[0]

    def affine_class_of(self, row_name: str) -> str:
        """The affine class that a row speaks of: its own class, if it is a method's.

        Of the names of one class it is that of the definition, which is what type checkers give.
        """
        for class_name in sorted(self.affine_classes, key=len, reverse=True):
            if row_name == class_name or row_name.startswith(f"{class_name}."):
                public = canonical(class_name)
                return max(
                    (name for name in self.affine_classes if canonical(name) == public), key=len
                )
        return self.default_affine_class

    def _class_info(self, full_name: str) -> ClassInfo | None:
        found = self.oracle.class_info(full_name)
        if found is not None and found.fields and not _may_be_stored(found):
            return found  # whatever is stored in the fields, they are what the class says
        if found is None and self.is_own_class(full_name):
            found = ClassInfo(full_name, (full_name,), self._annotated_fields(full_name))
        if found is None:
            return None
        stored: dict[str, Shape] = {}
        for ancestor in reversed(self.constructing(full_name)):
            stored.update(self._stored(ancestor))
        fields = {**stored, **found.fields}
        for name, shape in stored.items():
            if tells_more(shape, found.fields.get(name, UNKNOWN), name in found.inferred):
                fields[name] = shape
        return replace(found, fields=fields) if stored else found

    def constructing(self, class_name: str) -> Sequence[str]:
        """A class and those of its ancestors whose constructors can be read, in their order.

        Each by the name of its definition, whatever module hands it on.
        """
        known = self._constructing.get(class_name)
        if known is None:
            info = self.oracle.class_info(class_name)
            own, *others = (info.ancestors if info is not None else ()) or (class_name,)
            readable = (a for a in others if may_be_read(a.rpartition(".")[0], None))
            known = self._constructing[class_name] = (own, *readable)
        return known

    def _annotated_fields(self, full_name: str) -> dict[str, Shape]:
        """The fields of a class that the type checker does not know, by their annotations.

        That is a class inside a function without annotations.  Only plain names count: those of
        other classes of the module, in the class's own scope or around it, and imported ones.
        """
        own = self._own(full_name) or ""
        imported = dict(self.index.imported_names())
        fields: dict[str, Shape] = {}
        for statement in self.index.classes[own].body:
            if not isinstance(statement, ast.AnnAssign):
                continue
            target, annotation = statement.target, statement.annotation
            if not isinstance(target, ast.Name) or not isinstance(annotation, ast.Name):
                continue
            scope = own
            while scope:
                scope = scope.rpartition(".")[0]
                inner = f"{scope}.{annotation.id}" if scope else annotation.id
                if inner in self.index.classes:
                    fields[target.id] = InstanceShape(self.full_name(inner))
                    break
            else:
                name = imported.get(annotation.id)
                if name is not None and self.oracle.class_info(name) is not None:
                    fields[target.id] = self._instance_of(name)
        return fields

    def _instance_of(self, class_name: str) -> Shape:
        if canonical(class_name) in map(canonical, self.affine_classes):
            return AffineShape(class_name)
        return InstanceShape(class_name)

    def telling_names(self) -> Telling:
        """Names whose mention shows that a function without types may meet an affine object."""
        makers = {name.rpartition(".")[2] for name in (*self.affine_classes, *PRODUCERS)}
        takers: set[str] = set()
        for class_name in self.index.classes:
            info = self.classes.info(self.full_name(class_name))
            for field, shape in info.fields.items() if info is not None else ():
                if self.classes.affine_classes_in(shape):
                    makers.add(field)
                elif self._takes_affine(shape):
                    takers.add(field)
        for local, full_name in self.index.imported_names():
            if not self.oracle.is_concerned(full_name):
                continue
            declaration = self.oracle.declaration(full_name)
            for signature in declaration.signatures if declaration is not None else ():
                if any(self.classes.affine_classes_in(p.shape) for p in signature.parameters):
                    takers.add(local)
                elif self.classes.affine_classes_in(signature.result):
                    makers.add(local)
        return Telling(frozenset(makers), frozenset(takers))

    def leaves_open(self, class_name: str, field: str) -> bool:
        """Whether the annotation of a field of an own class says too little, or there is none."""
        info = self.oracle.class_info(self.full_name(class_name))
        shape = info.fields.get(field, UNKNOWN) if info is not None else UNKNOWN
        return _is_open(shape)

    def _takes_affine(self, shape: Shape) -> bool:
        """Whether a field holds a layer that is called with an affine object, or has such a one."""
        if isinstance(shape, ContainerShape):
            return self._takes_affine(shape.element)
        if isinstance(shape, TupleShape | UnionShape):
            return any(map(self._takes_affine, shape.items))
        if not isinstance(shape, InstanceShape):
            return False
        name = shape.class_name
        if name not in self._stateful:
            self._stateful[name] = False  # while it is being found out: a recursive class
            self._stateful[name] = self._is_called_with_affine(name)
        return self._stateful[name]

    def _is_called_with_affine(self, class_name: str) -> bool:
        call = self.oracle.method(class_name, "__call__")
        if call is None:
            return False
        if any(
            isinstance(parameter.shape, AffineShape)
            for signature in call.signatures
            for parameter in signature.parameters
        ):
            return True
        info = self.classes.info(class_name)
        return info is not None and any(map(self._takes_affine, info.fields.values()))

    # --- definitions ----------------------------------------------------------------------------

    def own_member(self, class_name: str, name: str) -> Value | None:
        """A function (decorated as it is) in the body of a class of this module."""
        qualified = self._own(class_name)
        if qualified is None or qualified not in self.index.classes:
            return None
        owner = self.index.owner_of(self.index.classes[qualified])
        member = self.names.look_up(Variable(f"{qualified}.{name}", owner))
        if member is not None:
            return next((value for value in member if _is_function_like(value)), None)
        node = self.index.functions.get(f"{qualified}.{name}")
        return None if node is None else Function(node, f"{qualified}.{name}")

    def method(self, class_name: str, name: str) -> Value | None:
        """The method (or property) that an instance of a class has under a name."""
        info = self.classes.info(class_name)
        ancestors = info.ancestors if info is not None and info.ancestors else (class_name,)
        for ancestor in ancestors:
            member = self.own_member(ancestor, name)
            if member is not None:
                return member
            full_name = f"{ancestor}.{name}"
            if self.row(full_name) is not None:
                return Symbol(full_name)
            if info is not None and ancestor == class_name and name in info.fields:
                return None
        declaration = self.oracle.method(class_name, name)
        if declaration is None:
            return None
        symbol = Symbol(declaration.full_name)
        if declaration.kind in {"staticmethod", "classmethod", "property"}:
            return Descriptor(declaration.kind, symbol)
        return symbol

    def setter(self, class_name: str, name: str) -> Function | None:
        """The setter of a property in the body of a class of this module, or of an ancestor."""
        info = self.classes.info(class_name)
        for ancestor in info.ancestors if info is not None and info.ancestors else (class_name,):
            qualified = self._own(ancestor)
            if qualified in self.index.classes and f"{qualified}.{name}" in self.index.functions:
                node = _setter_in(self.index.classes[qualified], name)
                return None if node is None else Function(node, self.index.name_of(node))
        return None

    def overrides(self, class_name: str, method: str) -> bool:
        """Whether a subclass in this module has a method of its own in the place of one.

        Args:
            class_name: the full name of a class of any module.
            method: the method's name.
        """
        return any(
            f"{subclass}.{method}" in self.index.functions
            and self._is_subclass(self.full_name(subclass), class_name)
            for subclass in self.index.classes
        )

    def _is_subclass(self, full_name: str, class_name: str) -> bool:
        info = None if full_name == class_name else self.oracle.class_info(full_name)
        return info is not None and class_name in info.ancestors

    def value_of_symbol(self, full_name: str) -> Value:
        """What a full name stands for, as far as this module knows; else the name itself."""
        own = self._own(full_name)
        if own is None or own in self.index.classes:
            return Symbol(full_name)
        meaning = () if "." in own else self.names.look_up(Variable(own, ""))
        if meaning is not None and len(meaning) == 1:
            value = meaning[0]
            if isinstance(value, VALUE_TYPES) and value != UNKNOWN_VALUE:
                return value
        holder, _, name = own.rpartition(".")
        if holder in self.index.classes:
            member = self.own_member(self.full_name(holder), name)
            if member is not None:
                return member
        node = self.index.functions.get(own)
        return Symbol(full_name) if node is None else Function(node, own)

    def instance_of_symbol(self, full_name: str) -> Object | None:
        """The object without anything affine in it that the module body binds a full name to."""
        own = self._own(full_name) or ""
        meaning = None if "." in own else self.names.look_up(Variable(own, ""))
        if meaning is None or len(meaning) != 1:
            return None
        shape = meaning[0]
        if not isinstance(shape, InstanceShape) or self.classes.affine_classes_in(shape):
            return None
        return Object(Origin(self.index.name, -1, None), shape)


def _setter_in(node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    """The definition under `@name.setter` in a class."""
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == name:
            for decorator in statement.decorator_list:
                if isinstance(decorator, ast.Attribute) and decorator.attr == "setter":
                    return statement
    return None


def _may_be_stored(info: ClassInfo) -> bool:
    """Whether what a constructor stores may tell more of the fields of a class than it says."""
    return any(
        shape == UNKNOWN or (name in info.inferred and may_be_affine(shape))
        for name, shape in info.fields.items()
    )


def _is_open(shape: Shape) -> bool:
    """Whether something of a declared shape may be, or hold, a callable or anything."""
    if isinstance(shape, ContainerShape):
        return _is_open(shape.element)
    if isinstance(shape, TupleShape | UnionShape):
        return any(map(_is_open, shape.items))
    return isinstance(shape, UnknownShape | CallableShape)


def _is_function_like(
    value: Value | Shape,
) -> TypeGuard[Function | Transformed | Descriptor | Bound]:
    return isinstance(value, Function | Transformed | Descriptor | Bound)
