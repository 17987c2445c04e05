"""What `base.name` is: a field, a method, a member of a class or module.

Looked for in this order: what the body itself has stored there; a field that the class declares; a
method of the class, in this module or elsewhere; a member of a class or module; last, what the
type checker says.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mypy_eqxstate.contracts.model import TransformKind
from mypy_eqxstate.flow.bindings import Binding, merge_sides, one
from mypy_eqxstate.flow.guards import NO_FACTS
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import (
    PLAIN_VALUE,
    UNKNOWN_VALUE,
    Bound,
    Descriptor,
    Literal,
    Method,
    Object,
    Symbol,
    Transformed,
    Value,
)
from mypy_eqxstate.ir import model as ir
from mypy_eqxstate.oracle.shapes import (
    AffineShape,
    ContainerShape,
    InstanceShape,
    Shape,
    TupleShape,
)

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis

CONTAINER_CLASSES = {"": "builtins.list"}
NAMED_TUPLE = "typing.NamedTuple"
# What a jitted callable is compiled with before it is called.
AHEAD_OF_TIME: Mapping[str, Symbol] = {
    "lower": Symbol("jax.stages.Wrapped.lower"),
    "compile": Symbol("jax.stages.Lowered.compile"),
}
NAMED_TUPLE_METHODS = frozenset({"_replace", "_asdict", "_make"})


def class_of(shape: Shape) -> str | None:
    """The class in which methods of a value of this shape are looked up."""
    if isinstance(shape, AffineShape | InstanceShape):
        return shape.class_name
    if isinstance(shape, TupleShape):
        return shape.class_name
    if isinstance(shape, ContainerShape):
        return CONTAINER_CLASSES.get(shape.class_name, shape.class_name)
    return None


class Attributes:
    """Attribute reads in one body."""

    def __init__(self, analysis: BodyAnalysis) -> None:
        self.analysis = analysis

    def read(self, memory: Memory, base: Binding, op: ir.ReadAttribute) -> Binding:
        """The binding of `base.name`, with what the type checker knows of the expression."""
        found = self.of_value(memory, base, op.name, op)
        if any(value == UNKNOWN_VALUE for value in found.values):
            target = None
            if isinstance(op.node, ast.expr):
                target = self.analysis.oracle.target(op.node)
            if target is not None and len(found.values) == 1:
                value = self.analysis.module.definitions.value_of_symbol(target)
                bound = self._bound_if_method(base, value, op.name, target)
                found = Binding({bound: next(iter(found.values.values()))}, found.marks)
        return self.analysis.containers.inherit_marks(memory, found, base)

    def _bound_if_method(self, base: Binding, value: Value, name: str, target: str) -> Value:
        """A method that is found through an unknown instance still has its receiver."""
        declaration = self.analysis.oracle.declaration(target)
        if declaration is None or declaration.kind != "method":
            return value
        receivers = [known for known in base.values if not isinstance(known, Symbol)]
        return Method(receivers[0], value, name) if receivers else value

    def of_value(
        self, memory: Memory, base: Binding, name: str, op: ir.ReadAttribute | None = None
    ) -> Binding:
        """The binding of an attribute of what a binding holds."""
        parts = [
            (self._of_one(memory, value, name, op).under(guard), NO_FACTS)
            for value, guard in base.values.items()
        ]
        return merge_sides(parts) if parts else one(UNKNOWN_VALUE)

    def _of_one(
        self, memory: Memory, value: Value, name: str, op: ir.ReadAttribute | None
    ) -> Binding:
        if isinstance(value, Object):
            return self._of_object(memory, value, name, op)
        if isinstance(value, Symbol):
            return self._of_symbol(value, name)
        if isinstance(value, Transformed):
            if value.kind is TransformKind.COPYING and name in AHEAD_OF_TIME:
                return one(Method(value, AHEAD_OF_TIME[name], name))
            inner = self._of_one(memory, value.inner, name, op)
            if value.kind is TransformKind.INFERENCE:
                return Binding(
                    {
                        v
                        if v in (PLAIN_VALUE, UNKNOWN_VALUE)
                        else Transformed(TransformKind.INFERENCE, v, value.name): g
                        for v, g in inner.values.items()
                    },
                    inner.marks,
                )
            return one(UNKNOWN_VALUE)
        if isinstance(value, Bound) and name == "func":
            return one(value.inner)
        if isinstance(value, Literal):
            return one(Method(value, Symbol(f"builtins.{value.type_name}.{name}"), name))
        return one(PLAIN_VALUE if value == PLAIN_VALUE else UNKNOWN_VALUE)

    def _of_object(
        self, memory: Memory, item: Object, name: str, op: ir.ReadAttribute | None
    ) -> Binding:
        analysis = self.analysis
        class_name = class_of(item.shape)
        if class_name is None:
            field = analysis.heap.read(memory, item, ir.Attribute(name))
            return field if field is not None else one(UNKNOWN_VALUE)
        stored = None
        if not item.is_affine:
            stored = memory.fields.get(item, {}).get(ir.Attribute(name))
        if stored is not None:
            return stored
        if isinstance(item.shape, TupleShape) and item.shape.names and name in NAMED_TUPLE_METHODS:
            return one(Method(item, Symbol(f"{NAMED_TUPLE}.{name}"), name))
        method = analysis.module.definitions.method(class_name, name)
        if method is not None:
            return self._bind(memory, item, method, name, op)
        if isinstance(item.shape, ContainerShape) and item.shape.class_name == "":
            kind = "dict" if self._is_dict(memory, item) else "list"
            return one(Method(item, Symbol(f"builtins.{kind}.{name}"), name))
        if item.is_affine:
            return one(PLAIN_VALUE)
        held = analysis.module.stored_callable(class_name, name, item)
        if held is not None:
            return one(held)
        field = analysis.heap.read(memory, item, ir.Attribute(name))
        return field if field is not None else one(UNKNOWN_VALUE)

    def _is_dict(self, memory: Memory, item: Object) -> bool:
        return any(
            isinstance(key, ir.Item) and isinstance(key.value, str)
            for key in memory.fields.get(item, {})
        )

    def _bind(
        self,
        memory: Memory,
        item: Value,
        method: Value,
        name: str,
        op: ir.ReadAttribute | None,
    ) -> Binding:
        if isinstance(method, Descriptor):
            if method.kind == "staticmethod":
                return one(method.function)
            if method.kind == "classmethod":
                shape = item.shape if isinstance(item, Object) else None
                owner = class_of(shape) if shape is not None else None
                receiver: Value = Symbol(owner) if owner else item
                return one(Method(receiver, method.function, name))
            return self.analysis.calls.read_property(memory, item, method.function, op)
        if isinstance(method, Object):
            return one(method)
        return one(Method(item, method, name))

    def _of_symbol(self, symbol: Symbol, name: str) -> Binding:
        module = self.analysis.module
        full_name = f"{symbol.full_name}.{name}"
        member = module.definitions.own_member(symbol.full_name, name)
        if member is None and module.classes.info(symbol.full_name) is not None:
            member = module.definitions.method(symbol.full_name, name)
        if member is None:
            return one(module.definitions.value_of_symbol(full_name))
        if isinstance(member, Descriptor):
            if member.kind == "classmethod":
                return one(Method(symbol, member.function, name))
            return one(member.function)
        return one(member)
