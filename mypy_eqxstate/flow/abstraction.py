"""Contexts: what is known at a call of a function's inputs, small enough to compare and keep.

A function is analysed once for every *different kind* of arguments, not for every call.  The kind
of an argument is its value if it is a callable or constant, and its shape if it is an object: two
calls of `step(model, state)` with different States are one context, a call with a jitted model is
another.

Only inputs about which the declaration says too little get a context; a parameter annotated as
State is a State, whatever is passed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mypy_eqxstate.flow.bindings import Binding
from mypy_eqxstate.flow.guards import ALWAYS, Guard
from mypy_eqxstate.flow.heap import is_display, values_of_shape
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import (
    UNKNOWN_VALUE,
    VALUE_TYPES,
    Bound,
    Method,
    Object,
    Origin,
    Transformed,
    Value,
    objects_within,
)
from mypy_eqxstate.ir.model import ELEMENTS, Item, Key, Variable
from mypy_eqxstate.oracle.shapes import (
    NONE,
    PLAIN,
    UNKNOWN,
    ContainerShape,
    Shape,
    TupleShape,
    UnionShape,
    UnknownShape,
)

if TYPE_CHECKING:
    from mypy_eqxstate.flow.heap import Heap

MAXIMAL_DEPTH: Final = 3
MAXIMAL_VALUES: Final = 4

Kind = tuple[Value | Shape, ...]
Context = tuple[tuple[Variable, Kind], ...]


def kind_of(memory: Memory, binding: Binding, heap: Heap) -> Kind:
    """The kind of what a binding holds; empty if there is nothing to tell."""
    found: dict[Value | Shape, None] = {}
    for value in binding.values:
        if value == UNKNOWN_VALUE:
            return ()
        if isinstance(value, Object):
            shape = shape_of(memory, value, heap, MAXIMAL_DEPTH)
            if isinstance(shape, UnknownShape):
                return ()
            found[shape] = None
        elif not objects_within(value):
            found[value] = None
        else:
            found[_without_objects(value)] = None
    if len(found) > MAXIMAL_VALUES:
        return ()
    return tuple(sorted(found, key=repr))


def _without_objects(value: Value) -> Value:
    """A callable without the objects that it holds: what they are counts, not which."""
    if isinstance(value, Transformed):
        return value._replace(inner=_without_objects(value.inner))
    if isinstance(value, Object):
        return Object(Origin("", -1, None), value.shape, value.recent, value.events)
    if isinstance(value, Method):
        return value._replace(receiver=_without_objects(value.receiver))
    if isinstance(value, Bound):
        return value._replace(
            inner=_without_objects(value.inner),
            positional=tuple(map(_without_objects, value.positional)),
            named=tuple((name, _without_objects(held)) for name, held in value.named),
        )
    return value


def shape_of(memory: Memory, item: Object, heap: Heap, depth: int) -> Shape:
    """The shape of an object as far as the memory knows its fields."""
    shape = item.shape
    fields = memory.fields.get(item, {})
    if depth == 0 or item.is_affine:
        return shape
    if isinstance(shape, TupleShape):
        parts: list[Shape] = []
        for index, declared in enumerate(shape.items):
            field = fields.get(Item(index))
            parts.append(
                declared if field is None else _shape_of_binding(memory, field, heap, depth - 1)
            )
        return TupleShape(tuple(parts), shape.class_name, shape.names)
    if is_display(item):
        known = [key for key in fields if isinstance(key, Item) and isinstance(key.value, int)]
        if known and ELEMENTS not in fields and len(known) == len(fields):
            return TupleShape(
                tuple(
                    _shape_of_binding(memory, fields[Item(index)], heap, depth - 1)
                    for index in range(len(known))
                    if Item(index) in fields
                )
            )
        elements = fields.get(ELEMENTS)
        if elements is not None:
            element = _shape_of_binding(memory, elements, heap, depth - 1)
            return ContainerShape(element)
        return UNKNOWN
    return shape


def _shape_of_binding(memory: Memory, binding: Binding, heap: Heap, depth: int) -> Shape:
    parts: list[Shape] = []
    for value in binding.values:
        if isinstance(value, Object):
            part = shape_of(memory, value, heap, depth)
        elif value.tag == "plain":
            part = PLAIN
        elif value.tag == "literal":
            part = NONE if value[0] is None else PLAIN
        else:
            return UNKNOWN
        if part not in parts:
            parts.append(part)
    if not parts:
        return UNKNOWN
    return parts[0] if len(parts) == 1 else UnionShape(tuple(parts))


def binding_of_kind(kind: Kind, variable: Variable, body: str) -> Binding:
    """What an input holds in a context: the inverse of `kind_of`, objects named by the input."""
    origin = Origin(body, -1, variable)
    values: dict[Value, Guard] = {}
    for part in kind:
        if isinstance(part, VALUE_TYPES):
            values[with_origin(part, origin)] = ALWAYS
        else:
            values.update(values_of_shape(part, origin, recent=True))
    return Binding(values)


def with_origin(value: Value, origin: Origin, keep: Object | None = None) -> Value:
    """A callable with the objects that it holds named anew, all but one."""

    def inner(held: Value, *path: Key) -> Value:
        here = origin
        for key in path:
            here = here.child(key)
        return with_origin(held, here, keep)

    if isinstance(value, Object):
        if value is keep:
            return value
        return Object(origin, value.shape, value.recent, value.events)
    if isinstance(value, Transformed):
        return value._replace(inner=inner(value.inner))
    if isinstance(value, Method):
        return value._replace(receiver=inner(value.receiver), function=inner(value.function))
    if isinstance(value, Bound):
        return value._replace(
            inner=inner(value.inner),
            positional=tuple(
                inner(held, Item(number)) for number, held in enumerate(value.positional)
            ),
            named=tuple((name, inner(held, Item(name))) for name, held in value.named),
        )
    return value
