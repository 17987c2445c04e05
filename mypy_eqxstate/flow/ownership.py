"""Ownership itself: using, consuming and superseding what a binding holds.

Everything that the rules say about old objects is decided here, on bindings and objects, without
knowing what operation is at work:

- `check` is a *use*: it finds the events that reach the binding (its marks: superseded) and the objects
  behind it (their status: invalidated), records a problem, and silences what was reported, so that one
  cause is reported once on every path.
- `consume` marks the objects dead, for all their names.
- `supersede` marks the binding from which the argument was read.

Worked example, for `b = a; x = a.set(i, v); b.get(i)`.  `consume` finds one object behind `a` and gives it the
status `{a.set}`; `a` and `b` are bound to the same object, so `check` on `b` finds the event.  Had the call been
`x = step(a)` with a signature only, `supersede` would have marked the binding of `a`, and `b`, a snapshot made
earlier, would have stayed good.

A consumption through a binding that may hold several objects can't say which of them died: it weakly marks
each, and marks the binding itself as surely dead.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from mypy_eqxstate.flow.guards import (
    ALWAYS,
    Conjunction,
    Guard,
    both,
    either,
    excluded,
    exclusive,
    implied,
    without,
)
from mypy_eqxstate.flow.memory import LIVE, Binding, Event, Happening, Memory, Status
from mypy_eqxstate.flow.problems import Misuse
from mypy_eqxstate.flow.values import Object, Transformed, Value, objects_within
from mypy_eqxstate.ir.model import ELEMENTS, Attribute, Elements, Item, Key, Place, Temporary
from mypy_eqxstate.oracle.shapes import ContainerShape, InstanceShape, Mode, TupleShape

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis

DEPTH: Final = 4


class Held(NamedTuple):
    """An affine object found in a binding, and on the way to it."""

    item: Object
    guard: Guard
    path: tuple[Key, ...]
    alone: bool  # nothing else can be at this path


def format_key(key: Key) -> str:
    """A key as it is written in Python."""
    if isinstance(key, Attribute):
        return f".{key.name}"
    if isinstance(key, Item):
        return f"[{key.value!r}]"
    return "[...]"


def without_events(status: Status) -> Status:
    """What is left of a status after a report: the paths on which nothing has happened."""
    return {LIVE: status[LIVE]} if LIVE in status else {}


class Ownership:
    """Uses, consumptions and supersessions in one body."""

    def __init__(self, analysis: BodyAnalysis) -> None:
        self.analysis = analysis

    # --- finding affine objects -----------------------------------------------------------------

    def held(
        self,
        memory: Memory,
        binding: Binding,
        depth: int = DEPTH,
        path: tuple[Key, ...] = (),
        materialise: bool = False,
        guard: Guard = ALWAYS,
    ) -> Iterator[Held]:
        """The affine objects that a binding holds, itself or inside.

        Args:
            materialise: also objects that nobody has looked at yet (they are alive).
        """
        alone = len(binding.values) == 1
        for value, value_guard in binding.values.items():
            if excluded(value_guard, memory.facts):
                continue
            together = both(guard, value_guard)
            for item in objects_within(value):
                if item.is_affine:
                    yield Held(item, together, path, alone)
                elif depth > 0:
                    yield from self._held_inside(memory, item, depth, path, materialise, together)

    def _held_inside(
        self,
        memory: Memory,
        item: Object,
        depth: int,
        path: tuple[Key, ...],
        materialise: bool,
        guard: Guard,
    ) -> Iterator[Held]:
        if materialise:
            self.materialise(memory, item)
        for key, field in list(memory.fields.get(item, {}).items()):
            yield from self.held(memory, field, depth - 1, (*path, key), materialise, guard)

    def materialise(self, memory: Memory, item: Object) -> None:
        """Write down the fields of an object that can hold affine objects."""
        heap = self.analysis.heap
        shape = item.shape
        if isinstance(shape, TupleShape):
            for index, part in enumerate(shape.items):
                if heap.classes.affine_classes_in(part):
                    heap.read(memory, item, Item(index))
        elif isinstance(shape, ContainerShape):
            if heap.classes.affine_classes_in(shape.element):
                heap.read(memory, item, ELEMENTS)
        elif isinstance(shape, InstanceShape):
            info = heap.classes.info(shape.class_name)
            if info is not None and heap.classes.affine_classes_in(shape):
                for name, part in info.fields.items():
                    if heap.classes.affine_classes_in(part):
                        heap.read(memory, item, Attribute(name))

    def classes(self, memory: Memory, binding: Binding, depth: int = DEPTH) -> frozenset[str]:
        """The affine classes, and classes that hold them, of what a binding can hold."""
        found: frozenset[str] = frozenset()
        for value, guard in binding.values.items():
            if excluded(guard, memory.facts):
                continue
            for item in objects_within(value):
                found |= self.analysis.heap.classes.affine_classes_in(item.shape)
                if depth > 0:
                    for field in memory.fields.get(item, {}).values():
                        inner = self.classes(memory, field, depth - 1)
                        found |= inner
        return found

    # --- uses -----------------------------------------------------------------------------------

    def check(
        self,
        memory: Memory,
        binding: Binding,
        node: ast.AST,
        place: str,
        temporary: Temporary | None,
        misuse: Misuse = Misuse.USED,
        callee: str = "",
        deep: bool = True,
    ) -> bool:
        """A use of what a binding holds.

        Returns:
            whether a problem was found (and what caused it silenced).
        """
        found = self._check_marks(memory, binding, node, place, temporary, misuse, callee)
        for value, value_guard in list(binding.values.items()):
            if excluded(value_guard, memory.facts):
                continue
            others_alive = len(binding.values) > 1 and self._another_is_alive(
                memory, binding, value
            )
            for item in objects_within(value):
                if isinstance(value, Transformed) and item.is_affine:
                    continue
                found |= self._check_object(
                    memory, item, value_guard, others_alive, node, place, misuse, callee, deep
                )
        if not found:
            self.analysis.note_clean_use(node, place)
        return found

    def _another_is_alive(self, memory: Memory, binding: Binding, this: Value) -> bool:
        for value, guard in binding.values.items():
            if value == this or excluded(guard, memory.facts):
                continue
            items = objects_within(value)
            if not any(item.is_affine for item in items):
                return True
            if any(LIVE in memory.status(item) for item in items if item.is_affine):
                return True
        return False

    def _check_marks(
        self,
        memory: Memory,
        binding: Binding,
        node: ast.AST,
        place: str,
        temporary: Temporary | None,
        misuse: Misuse,
        callee: str,
    ) -> bool:
        events = _reaching(binding.marks, memory.facts, ALWAYS)
        if not events or not self.classes(memory, binding):
            return False
        may = LIVE in binding.marks and not excluded(binding.marks[LIVE], memory.facts)
        invalidated = any(event.invalidates for event in events)
        self.analysis.report(
            memory,
            rule="state-reuse" if invalidated else "state-stale",
            misuse=misuse,
            node=node,
            place=place,
            class_name=self._class_name(memory, binding),
            events=events,
            may=may,
            callee=callee,
        )
        if temporary is not None:
            self._silence_marks(memory, temporary)
        for held in self.held(memory, binding):
            if any(event in memory.status(held.item) for event in events):
                memory.statuses[held.item] = without_events(memory.status(held.item))
        return True

    def _class_name(self, memory: Memory, binding: Binding) -> str:
        for held in self.held(memory, binding, materialise=True):
            name = self.analysis.heap.classes.affine_classes_in(held.item.shape)
            for class_name in name:
                return class_name
        return ""

    def _silence_marks(self, memory: Memory, temporary: Temporary) -> None:
        current = memory.bindings.get(temporary)
        if current is not None:
            memory.bindings[temporary] = Binding(current.values, without_events(current.marks))
        place = self.analysis.body.places.get(temporary)
        if place is None:
            return
        for length in range(len(place.path) + 1):
            prefix = Place(place.variable, place.path[:length])
            self.update_marks(memory, prefix, lambda status: without_events(status))

    def _check_object(
        self,
        memory: Memory,
        item: Object,
        guard: Guard,
        others_alive: bool,
        node: ast.AST,
        place: str,
        misuse: Misuse,
        callee: str,
        deep: bool,
        depth: int = DEPTH,
    ) -> bool:
        if item.is_affine:
            status = memory.status(item)
            events = _reaching(status, memory.facts, guard)
            if not events:
                if item.origin.is_input and item.recent and LIVE in status:
                    memory.reads = memory.reads | {item}
                return False
            may = others_alive or (
                LIVE in status
                and not excluded(status[LIVE], memory.facts)
                and not exclusive(status[LIVE], guard)
            )
            self.analysis.report(
                memory,
                rule="state-reuse",
                misuse=misuse,
                node=node,
                place=place,
                class_name=item.shape.class_name,  # type: ignore[union-attr]
                events=events,
                may=may,
                callee=callee,
            )
            memory.statuses[item] = without_events(status)
            return True
        if not deep or depth == 0:
            return False
        if item.origin.is_input:
            self.materialise(memory, item)
        found = False
        for key, field in list(memory.fields.get(item, {}).items()):
            part = f"{place}{format_key(key)}"
            events = _reaching(field.marks, memory.facts, guard)
            if events and self.classes(memory, field):
                self.analysis.report(
                    memory,
                    rule="state-reuse" if any(e.invalidates for e in events) else "state-stale",
                    misuse=misuse,
                    node=node,
                    place=part,
                    class_name=self._class_name(memory, field),
                    events=events,
                    may=LIVE in field.marks,
                    callee=callee,
                )
                memory.set_field(item, key, Binding(field.values, without_events(field.marks)))
                found = True
                continue
            for value, value_guard in list(field.values.items()):
                if excluded(value_guard, memory.facts):
                    continue
                others = len(field.values) > 1 and self._another_is_alive(memory, field, value)
                for inner in objects_within(value):
                    found |= self._check_object(
                        memory,
                        inner,
                        both(guard, value_guard),
                        others,
                        node,
                        part,
                        misuse,
                        callee,
                        deep,
                        depth - 1,
                    )
        return found

    # --- consuming ------------------------------------------------------------------------------

    def consume(
        self,
        memory: Memory,
        binding: Binding,
        event: Event,
        temporary: Temporary | None,
        surely: bool,
        node: ast.AST,
        split: tuple[Guard, Guard] | None = None,
    ) -> bool:
        """Mark the affine objects that a binding holds as dead.

        Args:
            surely: on every path of the callee; else the objects may also be alive.
            split: if not surely: the guards under which the callee does so, and does not.

        Returns:
            whether the binding held an affine object at all.
        """
        held = list(self.held(memory, binding, materialise=True))
        weakly = False
        for one in held:
            item = one.item
            self._check_borrowed(memory, item, event, node)
            apart = all(
                other is one or other.path != one.path or exclusive(other.guard, one.guard)
                for other in held
            )
            if split is not None and one.alone and item.recent and apart:
                self._consume_split(memory, item, event, split)
                continue
            strong = (
                surely
                and apart
                and (one.alone or one.guard is not ALWAYS)
                and item.recent
                and not any(isinstance(key, Elements) for key in one.path)
            )
            weakly |= not self._consume_one(memory, item, event, one.guard, strong)
            through = event._replace(through=item.origin.operation)
            self.analysis.module.events[through] = self.analysis.module.events[event]
            for represented in memory.represents.get(item, ()):
                self._consume_one(memory, represented, through, ALWAYS, strong=False)
        if weakly and surely and temporary is not None and all(one.path == () for one in held):
            place = self.analysis.body.places.get(temporary)
            if place is not None and self._unchanged(memory, place, binding):
                self.update_marks(memory, place, lambda _: {event: ALWAYS})
        return bool(held)

    def _consume_split(
        self, memory: Memory, item: Object, event: Event, split: tuple[Guard, Guard]
    ) -> None:
        """Mark one object as dead under one guard and leave it alive under another."""
        status = dict(memory.status(item))
        alive = status.pop(LIVE, None)
        if alive is not None:
            memory.forget_conditions(frozenset({item.fate}))
            alive = without(alive, frozenset({item.fate}))
            dead_if, alive_if = split
            status[event] = both(alive, dead_if)
            status[LIVE] = both(alive, alive_if)
        memory.statuses[item] = status

    def _consume_one(
        self, memory: Memory, item: Object, event: Event, guard: Guard, strong: bool
    ) -> bool:
        """Mark one object as dead where the guard holds; True if it is alive nowhere then."""
        status = dict(memory.status(item))
        alive = status.get(LIVE)
        if alive is None and strong and status:
            return True
        if strong and alive is not None and implied(alive, guard, memory.facts):
            del status[LIVE]
            guard = both(alive, guard)
        known = status.get(event)
        status[event] = guard if known is None else either(known, guard)
        memory.statuses[item] = status
        if alive is not None:
            memory.forget_conditions(frozenset({item.fate}))
        return LIVE not in status

    def _check_borrowed(self, memory: Memory, item: Object, event: Event, node: ast.AST) -> None:
        variable = item.origin.variable
        if not item.origin.is_input or variable is None or item.origin.path:
            return
        if self.analysis.modes.get(variable.name) is not Mode.BORROWED or (
            variable.owner != self.analysis.body.name
        ):
            return
        self.analysis.report(
            memory,
            rule="state-borrow",
            misuse=Misuse.BORROWED,
            node=node,
            place=variable.name,
            class_name=getattr(item.shape, "class_name", ""),
            events=(event,),
            may=False,
            callee=self.analysis.module.events[event].callee,
        )

    # --- superseding ----------------------------------------------------------------------------

    def supersede(
        self,
        memory: Memory,
        binding: Binding,
        event: Event,
        temporary: Temporary | None,
        path: tuple[Key, ...] = (),
    ) -> None:
        """Mark the place that an argument was read from, or the places it was built from.

        Args:
            path: leads from the temporary to the binding (`*args` taken apart).
        """
        inputs = frozenset(
            held.item
            for held in self.held(memory, binding, materialise=True)
            if held.item.origin.is_input and held.item.recent
        )
        memory.handed_over = memory.handed_over | inputs
        if temporary is None:
            return
        place = self.analysis.body.places.get(temporary)
        if place is not None:
            place = Place(place.variable, (*place.path, *path))
            if self._unchanged(memory, place, binding):
                self.update_marks(memory, place, lambda _: {event: ALWAYS})
            return
        for part in self.analysis.body.parts.get(temporary, ()):
            part_binding = memory.bindings.get(part)
            if part_binding is not None and self.classes(memory, part_binding):
                self.supersede(memory, part_binding, event, part)

    def _unchanged(self, memory: Memory, place: Place, binding: Binding) -> bool:
        """The place still holds what the argument held (it was not rebound in between)."""
        current = self.at_place(memory, place)
        return current is not None and not current.values.keys().isdisjoint(binding.values.keys())

    # --- places ---------------------------------------------------------------------------------

    def at_place(self, memory: Memory, place: Place) -> Binding | None:
        """What a place holds now."""
        binding = memory.bindings.get(place.variable)
        for key in place.path:
            if binding is None:
                return None
            item = _single_object(binding)
            if item is None:
                return None
            binding = self.analysis.heap.read(memory, item, key)
        return binding

    def update_marks(
        self, memory: Memory, place: Place, change: Callable[[Status], Status]
    ) -> None:
        """Change the marks of the binding at a place; of unknown items nothing is marked."""
        if any(isinstance(key, Elements) for key in place.path):
            return
        if not place.path:
            binding = memory.bindings.get(place.variable)
            if binding is not None:
                marks = change(binding.marks)
                memory.bindings[place.variable] = Binding(binding.values, marks)
            return
        holder = self.at_place(memory, Place(place.variable, place.path[:-1]))
        item = None if holder is None else _single_object(holder)
        if item is None:
            return
        field = self.analysis.heap.read(memory, item, place.path[-1])
        if field is not None:
            marks = change(field.marks)
            self.analysis.heap.write(
                memory, item, place.path[-1], Binding(field.values, marks), strong=True
            )


def _single_object(binding: Binding) -> Object | None:
    objects = [value for value in binding.values if isinstance(value, Object)]
    return objects[0] if len(objects) == 1 else None


def _reaching(status: Status, facts: Conjunction, guard: Guard) -> tuple[Event, ...]:
    """The events of a status that are possible under the facts that hold here."""
    found: list[Event] = []
    happening: Happening
    for happening, condition in status.items():
        if isinstance(happening, Event) and not (
            excluded(condition, facts) or exclusive(condition, guard)
        ):
            found.append(happening)
    return tuple(sorted(found))
