"""Calls of classes: a new instance that holds what its constructor stores.

First match wins:

- a `NewType` is its argument under another name;
- an affine class makes a new affine object;
- a class with an `__init__` that can be read: that body runs on the empty instance;
- a class whose constructor takes its fields (dataclasses, named tuples): each argument becomes the
  field of its name.

Worked example.  `Carry(model, s)` of a dataclass `Carry(model, state)` is an instance whose field
`state` is the object behind `s`; so `carry.state.set(i, v)` consumes `s`.

Limit: whatever the metaclass or `__new__` does is not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy_eqxstate.flow.arguments import Actual, Formal, match
from mypy_eqxstate.flow.bindings import Binding, one
from mypy_eqxstate.flow.effects import CallSite
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import Symbol
from mypy_eqxstate.ir.model import Attribute, Item
from mypy_eqxstate.oracle.protocol import ClassInfo
from mypy_eqxstate.oracle.shapes import (
    UNKNOWN,
    AffineShape,
    InstanceShape,
    ParameterKind,
    Shape,
    TupleShape,
    UnknownShape,
)

if TYPE_CHECKING:
    from mypy_eqxstate.flow.calls import Calls


def construct(
    calls: Calls, site: CallSite, memory: Memory, class_name: str, actuals: list[Actual]
) -> Binding:
    """A call of a class: a new instance that holds what its constructor stores."""
    analysis = calls.analysis
    actuals = analysis.make_room(memory, actuals)
    origin = analysis.origin(Item("instance"))
    info = analysis.heap.classes.info(class_name)
    if info is not None and info.is_new_type and len(actuals) == 1:
        return actuals[0].binding
    shape: Shape = site.typed
    if isinstance(shape, UnknownShape):
        shape = _instance_shape(class_name, info)
    if isinstance(shape, AffineShape):
        for actual in actuals:
            calls.effects.check(site, memory, actual)
        return Binding(analysis.heap.allocate(memory, origin, shape))
    initialiser = analysis.module.definitions.method(class_name, "__init__")
    if isinstance(initialiser, Symbol):
        anywhere = calls.bodies.brings_something(memory, actuals)
        found = analysis.module.definition(initialiser.full_name, anywhere)
        if found is not None and calls.bodies.concerns(memory, found, actuals):
            initialiser = found
    if (
        isinstance(shape, InstanceShape)
        and initialiser is not None
        and not isinstance(initialiser, Symbol)
    ):
        instance = analysis.heap.new_record(memory, origin, shape, {})
        receiver = Actual(one(instance), None, site.text, site.node, receiver=True)
        calls.invoke(site, memory, initialiser, [receiver, *actuals])
        return one(instance)
    for actual in actuals:
        calls.effects.check(site, memory, actual)
    names = info.constructor_fields if info is not None else None
    if names is None or not isinstance(shape, InstanceShape | TupleShape):
        return Binding(analysis.heap.allocate(memory, origin, shape))
    formals = [Formal(name, ParameterKind.POSITIONAL) for name in names]
    matched = match(formals, actuals)
    instance = analysis.heap.new_record(memory, origin, shape, {})
    for actual, name in matched.pairs:
        analysis.heap.write(memory, instance, Attribute(name), actual.binding)
    analysis.note_built([actual.temporary for actual, _ in matched.pairs])
    return one(instance)


def _instance_shape(class_name: str, info: ClassInfo | None) -> Shape:
    """What an instance of a class is, as the class says."""
    if info is None:
        return InstanceShape(class_name)
    if info.affine:
        return AffineShape(class_name)
    names = info.constructor_fields
    if names is not None and "builtins.tuple" in info.ancestors:  # a NamedTuple
        items = tuple(info.fields.get(name, UNKNOWN) for name in names)
        return TupleShape(items, class_name, names)
    return InstanceShape(class_name)
