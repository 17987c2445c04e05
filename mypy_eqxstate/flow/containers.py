"""Containers: what is taken out of tuples, lists and dicts, built of others, and put back.

Items whose index is known are fields of their own (`carry[1]`); all others are summed up in one
field, "some element".  What is taken from that field is not any particular object: it is a new
*representative*, which belongs to the operation that took it and remembers which objects it may
be.  So two names for the same element die together, while the next element that the operation
takes is another one.

Worked example.  `for s in states: use(s.set(i, v))` takes a representative a turn.  Consuming it
says of the objects that it stands for "perhaps dead, taken by this operation"; meeting such an
object again at the same operation is the next element and fine, at another one it is a finding.

Limit: under an unknown index, a write is taken to replace the item that was consumed before (a
policy: `states[i] = states[i].set(j, v)` is the idiom).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mypy_eqxstate.flow.bindings import LIVE, Binding, merge_bindings, one
from mypy_eqxstate.flow.evidence import promote_like
from mypy_eqxstate.flow.guards import ALWAYS, Guard
from mypy_eqxstate.flow.heap import DISPLAY_SHAPES
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.stores import store
from mypy_eqxstate.flow.suspended import run_coroutines, run_suspended
from mypy_eqxstate.flow.values import PLAIN_VALUE, UNKNOWN_VALUE, Object, Origin, Value, is_dead
from mypy_eqxstate.ir import model as ir
from mypy_eqxstate.oracle.shapes import (
    UNKNOWN,
    ContainerShape,
    PlainShape,
    Shape,
    TupleShape,
    UnknownShape,
)

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis


class Containers:
    """The containers of one body."""

    def __init__(self, analysis: BodyAnalysis) -> None:
        self.analysis = analysis

    # --- reading --------------------------------------------------------------------------------

    def items_of(self, memory: Memory, base: Binding, key: ir.Key) -> Binding:
        """What the values of a binding hold under a key."""
        result: Binding | None = None
        for value, guard in base.values.items():
            part: Binding | None = None
            if isinstance(value, Object):
                part = self.analysis.heap.read(memory, value, key)
            elif value == PLAIN_VALUE:
                part = one(PLAIN_VALUE)
            if part is None:
                part = one(UNKNOWN_VALUE)
            part = part.under(guard)
            result = part if result is None else merge_bindings(result, part)
        if result is None:
            result = one(UNKNOWN_VALUE)
        return self.inherit_marks(memory, _without_others(result), base)

    def inherit_marks(self, memory: Memory, part: Binding, whole: Binding) -> Binding:
        """A part of something that was superseded as a whole is superseded too."""
        if len(whole.marks) == 1 and LIVE in whole.marks:
            return part
        if not self.analysis.ownership.holdings.classes(memory, part):
            return part
        if len(part.marks) == 1 and LIVE in part.marks:
            return Binding(part.values, whole.marks)
        return Binding(part.values, {**part.marks, **whole.marks})

    def length(self, memory: Memory, item: Object) -> int | None:
        """The number of elements, if it is known."""
        if isinstance(item.shape, TupleShape):
            return len(item.shape.items)
        fields = memory.fields.get(item, {})
        display = isinstance(item.shape, ContainerShape) and item.shape.class_name == ""
        if not display or ir.ELEMENTS in fields:
            return None
        return sum(isinstance(key, ir.Item) for key in fields)

    def read_item(self, memory: Memory, op: ir.ReadItem) -> None:
        """`base[key]`: one item, or some item if the index is not known."""
        base = self.analysis.read(memory, op.base)
        key: ir.Key = op.key
        binding = self.items_of(memory, base, key)
        if isinstance(key, ir.Elements):
            binding = self.representative(memory, binding, held_once=self._once(memory, base))
        self.analysis.set(
            memory, op.target, self.analysis.refine(memory, binding, op.node), op.node
        )

    def unpack(self, memory: Memory, op: ir.Unpack) -> None:
        """One target of `a, b, *c = source`."""
        base = self.analysis.read(memory, op.source)
        if op.rest:
            record = self.analysis.heap.new_record(
                memory, self.analysis.origin(), DISPLAY_SHAPES["list"], {}
            )
            for value in base.values:
                if not isinstance(value, Object):
                    continue
                length = self.length(memory, value)
                if length is None:
                    part = self.analysis.heap.read(memory, value, ir.ELEMENTS)
                    if part is not None:
                        self.analysis.heap.write(memory, record, ir.ELEMENTS, part)
                    continue
                for number, index in enumerate(range(op.position, length - op.after)):
                    part = self.analysis.heap.read(memory, value, ir.Item(index))
                    if part is not None:
                        self.analysis.heap.write(memory, record, ir.Item(number), part)
            self.analysis.set(memory, op.target, one(record), op.node)
            return
        result: Binding | None = None
        for value in base.values:
            key = self._unpack_key(memory, value, op)
            part = self.items_of(memory, Binding({value: ALWAYS}, base.marks), key)
            if isinstance(key, ir.Elements):
                part = self.representative(memory, part)
            result = part if result is None else merge_bindings(result, part)
        if result is None:
            result = one(UNKNOWN_VALUE)
        self.analysis.set(memory, op.target, self.analysis.refine(memory, result, op.node), op.node)

    def _unpack_key(self, memory: Memory, value: Value, op: ir.Unpack) -> ir.Key:
        if not isinstance(value, Object):
            return ir.Item(op.position)
        length = self.length(memory, value)
        if length is not None:
            return ir.Item(op.position if op.position >= 0 else length + op.position)
        if isinstance(value.shape, UnknownShape) and op.position >= 0:
            return ir.Item(op.position)
        return ir.ELEMENTS

    # --- some element ---------------------------------------------------------------------------

    def representative(
        self,
        memory: Memory,
        binding: Binding,
        origin: Origin | None = None,
        depth: int = 3,
        held_once: frozenset[Object] = frozenset(),
    ) -> Binding:
        """Some element of a container: an object of its own, which stands for any of them.

        Args:
            memory: changed.
            binding: all elements.
            origin: of the new object; by default the operation at work.
            depth: how many fields deep elements are represented.
            held_once: objects that the container is known to hold only once.
        """
        here = self.analysis.origin() if origin is None else origin
        self.analysis.heap.making.add(here.operation)
        values: dict[Value, Guard] = {}
        represented: dict[Object, list[Object]] = {}
        for value, guard in binding.values.items():
            if not isinstance(value, Object) or value.origin == here:
                values[value] = guard
            elif value.is_affine:
                element = Object(here, value.shape)
                known = memory.represents.get(element, frozenset())
                memory.represents[element] = known | {value.identity}
                # What died as the element of an earlier turn is not this turn's element.
                earlier = (
                    value.events
                    and all(event.through == here.operation for event in value.events)
                    and value.identity not in memory.repeated - held_once
                )
                if not earlier:
                    values[element.with_events(value.events)] = ALWAYS
                elif len(binding.values) == 1:
                    values[element] = ALWAYS
            elif self._holds(memory, value):
                element = Object(here, value.shape)
                represented.setdefault(element, []).append(value)
                values[element] = ALWAYS
            else:
                values[value] = guard
        for element, items in represented.items():
            self._represent(memory, element, items, depth)
        return Binding(values, binding.marks)

    def _once(self, memory: Memory, base: Binding) -> frozenset[Object]:
        """The objects that a container holds under one key only, if all its keys are known."""
        held: list[Object] = []
        for container in base.values:
            fields = memory.fields.get(container, {}) if isinstance(container, Object) else {}
            if ir.ELEMENTS in fields:
                return frozenset()
            for field in fields.values():
                held += {value.identity for value in field.values if isinstance(value, Object)}
        return frozenset(item for item in held if held.count(item) == 1)

    def _holds(self, memory: Memory, item: Object) -> bool:
        return bool(
            self.analysis.heap.classes.affine_classes_in(item.shape)
            or memory.fields.get(item)
            or item in memory.represents
        )

    def _represent(self, memory: Memory, element: Object, items: list[Object], depth: int) -> None:
        """Make an object that stands for any of several, with what they hold represented, too."""
        memory.fields[element] = {}
        if depth == 0:
            return
        merged: dict[ir.Key, Binding] = {}
        for item in items:
            self.analysis.ownership.holdings.materialise(memory, item)
            for key, field in memory.fields.get(item, {}).items():
                _put(merged, key, field)
        for key, field in merged.items():
            if isinstance(key, ir.Elements):
                memory.set_field(element, key, field)
                continue
            part = self.representative(memory, field, element.origin.child(key), depth - 1)
            memory.set_field(element, key, part)

    def iterate(self, memory: Memory, op: ir.Iterate) -> None:
        """Begin an iteration: generators start to run, elements may come a second time."""
        self.analysis.use(memory, op.source, deep=False)
        source = self.analysis.read(memory, op.source)
        binding = run_suspended(self.analysis, memory, source, op.node)
        for value in binding.values:
            if isinstance(value, Object):
                self._start_over(memory, value)
        self.analysis.set(memory, op.target, binding, op.node)

    def _start_over(self, memory: Memory, container: Object) -> None:
        """A new iteration meets the elements that an earlier one has consumed."""
        for found in list(self.analysis.ownership.holdings.held(memory, one(container))):
            was_taken = any(event.through >= 0 for event in found.item.events)
            if was_taken and not _sums_up_several(found.item):
                memory.rewrite({found.item.identity: _met_again})

    def next_element(self, memory: Memory, op: ir.Next) -> None:
        """The next element of an iterator."""
        base = self.analysis.read(memory, op.iterator)
        element = self.items_of(memory, base, ir.ELEMENTS)
        element = self.representative(memory, element, held_once=self._once(memory, base))
        # The node is that of the container: it tells of the elements only that they are plain, too.
        node = op.node
        if isinstance(node, ast.expr) and isinstance(self.analysis.oracle.shape(node), PlainShape):
            element = self.analysis.refine(memory, element, op.node)
        self.analysis.set(memory, op.target, element, op.node)

    # --- building and writing -------------------------------------------------------------------

    def build(self, memory: Memory, op: ir.Build) -> None:
        """A display: `(a, b)`, `[a, *b]`, `{key: a}`."""
        fields: dict[ir.Key, Binding] = {}
        position: int | None = 0
        for element in op.elements:
            run_coroutines(self.analysis, memory, element.source, op.node)
            binding = self.analysis.read(memory, element.source)
            if op.kind == "dict":
                if element.splat:
                    self._splat_into(memory, fields, binding, None)
                else:
                    key: ir.Key = ir.ELEMENTS if element.key is None else element.key
                    _put(fields, key, binding)
            elif element.splat:
                position = self._splat_into(memory, fields, binding, position)
            elif position is None or op.kind == "set":
                _put(fields, ir.ELEMENTS, binding)
            else:
                fields[ir.Item(position)] = binding
                position += 1
        if op.kind == "tuple" and position is not None:
            shape: Shape = TupleShape((UNKNOWN,) * position)
        else:
            shape = DISPLAY_SHAPES["list" if op.kind == "tuple" else op.kind]
        seen: set[Object] = set()
        for field in fields.values():
            held = {v.identity for v in field.values if isinstance(v, Object) and v.is_affine}
            memory.repeated |= held & seen
            seen |= held
        record = self.analysis.heap.new_record(memory, self.analysis.origin(), shape, fields)
        self.analysis.set(memory, op.target, one(record), op.node)

    def _splat_into(
        self,
        memory: Memory,
        fields: dict[ir.Key, Binding],
        binding: Binding,
        position: int | None,
    ) -> int | None:
        """Add the elements of `*binding`; the next position, None when it is not known."""
        values = list(binding.values)
        if position is not None and len(values) == 1 and isinstance(values[0], Object):
            length = self.length(memory, values[0])
            if length is not None:
                for index in range(length):
                    part = self.analysis.heap.read(memory, values[0], ir.Item(index))
                    if part is not None:
                        fields[ir.Item(position)] = part
                    position += 1
                return position
        for value in values:
            if not isinstance(value, Object):
                continue
            for key, part in memory.fields.get(value, {}).items():
                if position is None and isinstance(key, ir.Item) and isinstance(key.value, str):
                    fields[key] = part
                elif not isinstance(key, ir.Attribute):
                    _put(fields, ir.ELEMENTS, part)
            default = self.analysis.heap.default_field(value, ir.ELEMENTS)
            if default is not None and self.analysis.ownership.holdings.classes(memory, default):
                _put(fields, ir.ELEMENTS, default)
        return None

    def append(self, memory: Memory, op: ir.Append) -> None:
        """What a comprehension adds to its result."""
        binding = self.analysis.read(memory, op.source)
        for value in self.analysis.read(memory, op.container).values:
            if isinstance(value, Object):
                self.note_repeated(memory, value, binding)
                self.analysis.heap.write(memory, value, ir.ELEMENTS, binding)

    def note_repeated(self, memory: Memory, container: Object, binding: Binding) -> None:
        """Before an element is added: what the container holds already, it holds twice then.

        Of what is one of several objects, the container may hold another one; and where something
        has been decided, what it holds may have been added if that was decided otherwise.
        """
        value = next(iter(binding.values)) if len(binding.values) == 1 else None
        if isinstance(value, Object) and value.is_affine and value.recent and not memory.facts:
            for field in memory.fields.get(container, {}).values():
                if any(v.identity == value.identity for v in field.objects):
                    memory.repeated |= {value.identity}

    def write_item(self, memory: Memory, op: ir.WriteItem) -> None:
        """`base[key] = source`."""
        self.write_field(memory, op.base, op.key, op.source)
        if op.source is not None:
            self._written_back(memory, op)

    def _written_back(self, memory: Memory, op: ir.WriteItem) -> None:
        """Of items that can't be told apart, what is written replaces the one that was consumed.

        This is a policy.  An index tells them apart if all indices of the container are known.
        """
        for container in self.analysis.read(memory, op.base).values:
            fields = memory.fields.get(container, {}) if isinstance(container, Object) else {}
            if isinstance(container, Object) and (
                isinstance(op.key, ir.Elements) or ir.ELEMENTS in fields
            ):
                memory.fields[container] = {
                    key: Binding(
                        {v: g for v, g in field.values.items() if not is_dead(v)} or field.values
                    )
                    for key, field in fields.items()
                }

    def write_field(
        self, memory: Memory, base: ir.Temporary, key: ir.Key, source: ir.Temporary | None
    ) -> None:
        """Store something under a key of whatever a temporary holds."""
        holders = self.analysis.read(memory, base)
        if source is not None:
            node = self.analysis.definitions.get(source, ast.Pass())
            run_coroutines(self.analysis, memory, source, node)
        binding = one(UNKNOWN_VALUE) if source is None else self.analysis.read(memory, source)
        objects = [value for value in holders.values if isinstance(value, Object)]
        if source is not None and any(item.origin.is_input for item in objects):
            self.analysis.use(memory, source)
            binding = self.analysis.read(memory, source)
        place = self.analysis.body.places.get(base)
        if place is not None and memory.stale:
            renewed = self.analysis.ownership.places.normal(memory, place.child(key))
            memory.renew(renewed)
            held = {item.identity for item in objects}
            for stale in [p for p in memory.stale if p.path[:1] == renewed.path[-1:]]:
                other = memory.bindings.get(stale.variable)
                if other is not None and not held.isdisjoint(other.values):
                    memory.renew(ir.Place(stale.variable, renewed.path[-1:]))
        for item in objects:
            before = memory.fields.get(item, {}).get(key)
            if before is not None:
                promote_like(self.analysis.module.classes, binding, before)
        store(self.analysis, memory, holders, place, key, binding)


def _sums_up_several(item: Object) -> bool:
    """Whether an object stands for all that an operation has made in earlier turns of a loop."""
    origin = item.origin
    return not item.recent and not origin.is_input and ir.ELEMENTS not in origin.path


def _without_others(binding: Binding) -> Binding:
    """What a container holds, without what only other containers may hold.

    After `states = [f(s) for s in states]` in a loop, the new elements and those that were taken
    out of the list before are summed up in one object, and the old ones are not in the list.
    """
    values = {
        value: guard
        for value, guard in binding.values.items()
        if not (
            isinstance(value, Object)
            and value.events
            and all(event.through >= 0 for event in value.events)
            and _sums_up_several(value)
        )
    }
    if not values or len(values) == len(binding.values):
        return binding
    return Binding(values, binding.marks)


def _met_again(item: Object, guard: Guard) -> Mapping[Object, Guard]:
    events = frozenset(event._replace(through=-1) for event in item.events)
    return {item.with_events(events): guard}


def _put(fields: dict[ir.Key, Binding], key: ir.Key, binding: Binding) -> None:
    fields[key] = merge_bindings(fields[key], binding) if key in fields else binding
