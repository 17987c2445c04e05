"""What of a call's result its caller keeps, and which affine classes are in that.

A call supersedes its argument only if something newer is kept: in `y, _ = step(x, state)` the newer
State is thrown away, so `state` is as good as before (a policy).  What is kept is told by the
*destination* of the result; what is in it, by the result's template before the call is carried
out, by its shape, by what a body returns, or by what was built.

Example: for the destination `y, _` of a result `(Array, State)` the kept classes are none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mypy_eqxstate.contracts import model as contract
from mypy_eqxstate.contracts.summaries import Summary
from mypy_eqxstate.flow.arguments import Actual
from mypy_eqxstate.flow.bindings import Binding
from mypy_eqxstate.flow.holdings import DEPTH
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import Literal, Object
from mypy_eqxstate.ir.model import Attribute, Destination, Item, Key
from mypy_eqxstate.oracle.shapes import UNKNOWN, InstanceShape, Shape, TupleShape, UnknownShape

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis

Arguments = Mapping[str, tuple[Actual, ...]]


class Kept:
    """What is kept of the results of calls in one body."""

    def __init__(self, analysis: BodyAnalysis) -> None:
        self.analysis = analysis

    def keeps(
        self,
        memory: Memory,
        template: contract.Result,
        arguments: Arguments,
        destination: Destination,
        typed: Shape,
    ) -> bool:
        """Whether a part of the result with new affine objects in it goes to a kept place."""
        if not destination.kept and not destination.items:
            return False
        match template:
            case contract.Nothing() | contract.Same() | contract.Structure() | contract.Element():
                return False
            case contract.Each() | contract.Shallow() | contract.Decorator() | contract.Taken():
                return False
            case contract.CallableReturning() | contract.Called() | contract.Part():
                return False
            case contract.Otherwise(unknown=unknown):
                return self.keeps(memory, unknown, arguments, destination, typed)
            case contract.Typed():
                if isinstance(typed, UnknownShape):
                    return destination.kept
                return bool(self.kept_classes_of_shape(typed, destination))
            case contract.Fresh() | contract.ListOf() | contract.InstanceOf():
                return destination.kept or any(d.kept for _, d in destination.items)
            case contract.Copy(parameter=name) | contract.Derived(parameter=name):
                return any(
                    self.kept_classes(memory, actual.binding, destination)
                    for actual in arguments.get(name, ())
                )
            case contract.TupleOf(items=items):
                return any(
                    self.keeps(
                        memory, item, arguments, destination.at(index), item_of(typed, index)
                    )
                    for index, item in enumerate(items)
                )
            case contract.Either(items=items):
                return any(
                    self.keeps(memory, item, arguments, destination, typed) for item in items
                )
            case contract.Given(parameter=name, present=present, absent=absent):
                chosen = present if is_given(arguments.get(name, ())) else absent
                return self.keeps(memory, chosen, arguments, destination, typed)
        return False

    def kept_classes_of_shape(self, shape: Shape, destination: Destination) -> frozenset[str]:
        """The affine classes, and their holders, in the parts of a shape that are kept."""
        classes = self.analysis.heap.classes
        if not destination.items:
            return classes.affine_classes_in(shape) if destination.kept else frozenset()
        found: frozenset[str] = frozenset()
        if isinstance(shape, TupleShape):
            for index, item in enumerate(shape.items):
                found |= self.kept_classes_of_shape(item, destination.at(index))
            if shape.names:
                for index, name in enumerate(shape.names):
                    found |= self.kept_classes_of_shape(shape.items[index], destination.at(name))
            return found
        if destination.kept or any(part.kept for _, part in destination.items):
            return classes.affine_classes_in(shape)
        return found

    def kept_classes(
        self, memory: Memory, binding: Binding, destination: Destination
    ) -> frozenset[str]:
        """The affine classes, and their holders, in the kept parts of what a binding holds."""
        ownership = self.analysis.ownership
        if not destination.items:
            return ownership.holdings.classes(memory, binding) if destination.kept else frozenset()
        found: frozenset[str] = frozenset()
        for value in binding.values:
            if not isinstance(value, Object):
                continue
            fields = memory.fields.get(value, {})
            if isinstance(value.shape, TupleShape) and not fields:
                found |= self.kept_classes_of_shape(value.shape, destination)
                continue
            for key, field in fields.items():
                if isinstance(key, Item):
                    found |= self.kept_classes(memory, field, destination.at(key.value))
                elif destination.kept:
                    found |= ownership.holdings.classes(memory, field)
        return found

    def newer_classes(
        self, summary: Summary, binding: Binding | None, destination: Destination
    ) -> frozenset[str]:
        """The affine classes, and their holders, that a call makes anew and its caller keeps."""
        if binding is None:
            return frozenset()
        return self._newer_classes(summary, binding, destination, DEPTH, {})

    def newer_objects(
        self, summary: Summary, binding: Binding | None, destination: Destination
    ) -> frozenset[Object] | None:
        """What a call makes anew and its caller keeps; None if that is not known in full."""
        found: set[Object] = set()
        waiting = [] if binding is None else [(binding, destination, DEPTH)]
        seen: set[tuple[int, Destination]] = set()
        while waiting:
            held, kept, depth = waiting.pop()
            if (id(held), kept) in seen or not (kept.kept or kept.items):
                continue
            seen.add((id(held), kept))
            for value in held.values:
                if not isinstance(value, Object):
                    continue
                if value.is_affine:
                    if kept.kept and not value.origin.is_input:
                        found.add(value.identity)
                    continue
                fields = summary.fields.get(value, {})
                holders = self.analysis.heap.classes.affine_classes_in(value.shape)
                if holders and not value.origin.is_input and (not fields or depth == 0):
                    return None
                for key, field in fields.items():
                    waiting.append((field, _inside(kept, key), depth - 1))
        return frozenset(found)

    def _newer_classes(
        self,
        summary: Summary,
        binding: Binding,
        destination: Destination,
        depth: int,
        known: dict[tuple[int, Destination, int], frozenset[str]],
    ) -> frozenset[str]:
        found: frozenset[str] = frozenset()
        if depth == 0 or not (destination.kept or destination.items):
            return found
        # There are far more ways through a heap than bindings in it.
        asked = (id(binding), destination, depth)
        if asked in known:
            return known[asked]
        classes = self.analysis.heap.classes
        for value in binding.values:
            if not isinstance(value, Object):
                continue
            fields = summary.fields.get(value, {})
            if value.is_affine:
                if destination.kept and not value.origin.is_input:
                    found |= classes.affine_classes_in(value.shape)
                continue
            if not value.origin.is_input:
                if destination.items and isinstance(value.shape, TupleShape):
                    if not fields:
                        found |= self.kept_classes_of_shape(value.shape, destination)
                elif destination.kept:
                    found |= classes.affine_classes_in(value.shape)
            for key, field in fields.items():
                if not field.objects:
                    continue
                inner = _inside(destination, key)
                part = self._newer_classes(summary, field, inner, depth - 1, known)
                found |= part
                if part and isinstance(value.shape, InstanceShape):
                    found |= {value.shape.class_name}
        known[asked] = found
        return found


def _inside(destination: Destination, key: Key) -> Destination:
    """Where a part of what goes to a destination goes."""
    if isinstance(key, Item):
        return destination.at(key.value)
    if isinstance(key, Attribute):
        return destination.at(key.name)
    return destination


def is_given(actuals: Sequence[Actual]) -> bool:
    """Whether a call gives an argument for a parameter, and not False or None."""
    return any(
        not (isinstance(value, Literal) and (value.value is None or value.value is False))
        for actual in actuals
        for value in actual.binding.values
    )


def item_of(shape: Shape, index: int) -> Shape:
    """The shape of one item of a tuple, if it is known."""
    if isinstance(shape, TupleShape) and index < len(shape.items):
        return shape.items[index]
    return UNKNOWN
