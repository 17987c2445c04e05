"""Ownership itself: using, consuming and superseding what a binding holds.

Everything that the rules say about old objects is decided here, on bindings and objects, without
knowing what operation is at work:

- `check` is a *use*: it finds the events that reach the binding (its marks: superseded) and the
  objects behind it (their events: invalidated), records a problem, and silences what was reported,
  so that one cause is reported once on every path.
- `consume` marks the objects dead, in every reference to them.
- `supersede` marks the binding from which the argument was read.

Worked example, for `b = a; x = a.set(i, v); b.get(i)`.  `consume` finds one object behind `a` and
changes the references in `a` and in `b`; `check` on `b` finds the event.  Had the call been
`x = step(a)` with a signature only, `supersede` would have marked the binding of `a`, and `b`, a
snapshot made earlier, would have stayed good.

A consumption through a binding that may hold several objects can't say which of them died: the
binding itself is dead for sure, every other reference to one of them perhaps.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Container, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from mypy_eqxstate.flow.bindings import ALIVE, LIVE, Binding, Change, Status
from mypy_eqxstate.flow.derivation import hand_over, hand_over_sources
from mypy_eqxstate.flow.fate import Fate
from mypy_eqxstate.flow.guards import ALWAYS, Conjunction, Guard, both, excluded, exclusive, negated
from mypy_eqxstate.flow.holdings import DEPTH, Holdings
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.places import Places, format_key
from mypy_eqxstate.flow.problems import Misuse
from mypy_eqxstate.flow.replaced import NOTHING
from mypy_eqxstate.flow.values import REPORTED, Event, Object, Value, objects_within
from mypy_eqxstate.ir.model import Elements, Item, Key, Place, Temporary
from mypy_eqxstate.oracle.shapes import AffineShape, Mode

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis

_SILENT: Final = frozenset({REPORTED})


def without_events(status: Status) -> Status:
    """What is left of marks after a report: the paths on which nothing has happened."""
    return {LIVE: status[LIVE]} if LIVE in status else {}


class Ownership:
    """Uses, consumptions and supersessions in one body."""

    def __init__(self, analysis: BodyAnalysis) -> None:
        self.analysis = analysis
        self.holdings = Holdings(analysis.heap)
        self.places = Places(analysis.heap)

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
        parts_too: bool = True,
        replaced: frozenset[object] = NOTHING,
    ) -> bool:
        """A use of what a binding holds.

        Returns:
            whether a problem was found (and what caused it silenced).
        """
        use = _Use(node, misuse, callee)
        found = self._check_marks(memory, binding, use, place, temporary)
        if deep and parts_too and temporary is not None and memory.stale:
            found |= self._check_parts(memory, use, place, temporary, replaced)
        leading = self.holdings.leading(memory, binding) if deep else ()
        walk = _Walk(use, leading, {})
        found |= self._check_objects(memory, binding, walk, place, ALWAYS, DEPTH if deep else 0)
        if not found:
            self.analysis.note_clean_use(node, place)
        return found

    def _check_marks(
        self,
        memory: Memory,
        binding: Binding,
        use: _Use,
        place: str,
        temporary: Temporary | None,
    ) -> bool:
        events = _reaching(binding.marks, memory.facts)
        if not events or not self.holdings.classes(memory, binding):
            return False
        alive = binding.marks.get(LIVE)
        may = alive is not None and not excluded(alive, memory.facts)
        self._report(memory, use, place, binding.objects, events, may)
        if temporary is not None:
            self._silence_marks(memory, temporary)
        return True

    def _check_parts(
        self,
        memory: Memory,
        use: _Use,
        text: str,
        temporary: Temporary,
        replaced: frozenset[object],
    ) -> bool:
        """What is passed on whole has superseded places in it, but for those under some keys."""
        whole = self.analysis.body.places.get(temporary)
        if whole is None:
            return False
        found = False
        length = len(whole.path)
        for place in [p for p in memory.stale if p.variable == whole.variable]:
            events = _reaching(memory.stale[place], memory.facts)
            if not events or len(place.path) <= length or place.path[:length] != whole.path:
                continue
            key = place.path[length]
            if isinstance(key, Item) and key.value in replaced:
                continue
            binding = self.places.at(memory, place)
            if binding is None or not self.holdings.classes(memory, binding):
                continue
            inner = text + "".join(format_key(key) for key in place.path[length:])
            may = LIVE in memory.stale[place]
            self._report(memory, use, inner, binding.objects, events, may)
            memory.stale[place] = without_events(memory.stale[place])
            found = True
        return found

    def _report(
        self,
        memory: Memory,
        use: _Use,
        place: str,
        old: Collection[Object],
        events: tuple[Event, ...],
        may: bool,
    ) -> None:
        invalidated = any(event.invalidates for event in events)
        self.analysis.report(
            memory,
            rule="state-reuse" if invalidated else "state-stale",
            misuse=use.misuse,
            node=use.node,
            place=place,
            class_name=self._class_name(memory, old),
            events=events,
            may=may,
            callee=use.callee,
            old=old,
        )

    def _class_name(self, memory: Memory, old: Collection[Object]) -> str:
        binding = Binding(dict.fromkeys(old, ALWAYS))
        for held in self.holdings.held(memory, binding, materialise=True):
            if isinstance(held.item.shape, AffineShape):
                return held.item.shape.class_name
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
            self.places.update_marks(memory, prefix, without_events)
            stale = self.places.normal(memory, prefix) if memory.stale else prefix
            if stale in memory.stale:
                memory.stale[stale] = without_events(memory.stale[stale])

    def _check_objects(
        self,
        memory: Memory,
        binding: Binding,
        walk: _Walk,
        place: str,
        guard: Guard,
        depth: int,
    ) -> bool:
        dead: list[Object] = []
        alive = False
        inner: list[tuple[Object, Guard]] = []
        for value, value_guard in binding.values.items():
            if value_guard is not ALWAYS and (
                excluded(value_guard, memory.facts) or exclusive(value_guard, guard)
            ):
                continue
            holds_affine = False
            for item in objects_within(value):
                if not item.is_affine:
                    if depth > 0 and (item in walk.leading or self.holdings.can_hold_affine(item)):
                        inner.append((item, both(guard, value_guard)))
                    continue
                holds_affine = True
                if not item.events:
                    alive = True
                    if item.origin.is_input and item.recent:
                        memory.reads = memory.reads | {item}
                elif REPORTED not in item.events:
                    dead.append(item)
            alive = alive or not holds_affine
        found = bool(dead)
        if dead:
            events = tuple(sorted(frozenset().union(*(item.events for item in dead))))
            self._report(memory, walk.use, place, dead, events, alive)
            for item in dead:
                self._silence(memory, item)
        for item, item_guard in inner:
            if walk.begins(item, item_guard, depth):
                found |= self._check_inside(memory, item, walk, place, item_guard, depth)
        return found

    def _silence(self, memory: Memory, dead: Object) -> None:
        def silenced(item: Object, guard: Guard) -> Mapping[Object, Guard]:
            if item.events & dead.events:
                return {item.with_events(_SILENT): guard}
            return {item: guard}

        memory.rewrite({dead.identity: silenced})

    def _check_inside(
        self,
        memory: Memory,
        item: Object,
        walk: _Walk,
        place: str,
        guard: Guard,
        depth: int,
    ) -> bool:
        if item.origin.is_input:
            self.holdings.materialise(memory, item)
        found = False
        for key, field in list(memory.fields.get(item, {}).items()):
            part = f"{place}{format_key(key)}"
            events = _reaching(field.marks, memory.facts)
            if events and self.holdings.classes(memory, field):
                self._report(memory, walk.use, part, field.objects, events, LIVE in field.marks)
                memory.set_field(item, key, Binding(field.values, without_events(field.marks)))
                found = True
                continue
            found |= self._check_objects(memory, field, walk, part, guard, depth - 1)
        return found

    # --- consuming ------------------------------------------------------------------------------

    def consume(
        self,
        memory: Memory,
        binding: Binding,
        event: Event,
        place: Place | None,
        surely: bool,
        node: ast.AST,
        split: tuple[Guard, Guard] | None = None,
    ) -> bool:
        """Mark the affine objects that a binding holds as dead.

        Args:
            memory: changed.
            binding: what is consumed.
            event: the consumption.
            place: where the binding was read from, if anywhere.
            surely: on every path of the callee; else the objects may also be alive.
            node: where a consumption of something borrowed is reported.
            split: if not surely: the guards under which the callee does so, and does not.

        Returns:
            whether the binding held an affine object at all.
        """
        held = [
            one
            for one in self.holdings.held(memory, binding, materialise=True)
            if REPORTED not in one.item.events
        ]
        self.analysis.succession.note_taken(event.operation, [one.item for one in held])
        several = len({one.item.identity for one in held}) > 1
        before = self.places.at(memory, place) if place is not None and several else None
        fates: dict[Object, Fate] = {}

        def strike(item: Object, fate: Fate) -> None:
            if item.identity in fates:  # reached by two ways: one after the other
                self._strike(memory, fates)
                fates.clear()
            fates[item.identity] = fate

        for item, guard, path, alone in held:
            self._check_borrowed(memory, item, event, node)
            certain = item.recent and not any(isinstance(key, Elements) for key in path)
            fate = Fate(
                event,
                ALWAYS if alone else guard,
                surely and certain and (alone or guard is not ALWAYS),
                split if certain and alone else None,
                None if alone or path else _spared(binding, item, guard),
            )
            strike(item, fate)
            if item.identity in memory.represents:
                for element in memory.stand_for((item.identity,)):
                    through = event._replace(through=element.origin.operation)
                    module = self.analysis.module
                    module.note_event(through, module.events[event])
                    for represented in memory.represents.get(element, ()):
                        strike(represented, Fate(through, ALWAYS, False, None))
        self._strike(memory, fates)
        if before is not None and place is not None and (surely or split is not None):
            self._strike_place(memory, place, before, binding, Fate(event, ALWAYS, surely, split))
        return bool(held)

    def _strike(self, memory: Memory, fates: Mapping[Object, Fate]) -> None:
        """Change every reference to some objects, given by identity, which are different ones."""
        if not fates:
            return
        facts = memory.facts

        def change(fate: Fate) -> Change:
            return lambda item, guard: fate.of_reference(item, guard, facts)

        memory.rewrite({item: change(fate) for item, fate in fates.items()})
        for item, fate in fates.items():
            if item.origin.is_input:
                before = memory.input_status.get(item, {LIVE: ALWAYS})
                memory.input_status[item] = fate.of_status(before, facts)

    def _strike_place(
        self, memory: Memory, place: Place, before: Binding, passed: Binding, fate: Fate
    ) -> None:
        """Of several objects it isn't known which one died, yet the place holds that one."""
        if not self.unchanged(memory, place, passed):
            return
        values: dict[Value, Guard] = {}
        for value, guard in before.values.items():
            if isinstance(value, Object) and value.is_affine:
                for item, item_guard in fate.of_reference(value, guard, memory.facts).items():
                    values[item] = item_guard
            else:
                values[value] = guard
        self.places.put(memory, place, Binding(values, before.marks))

    def _check_borrowed(self, memory: Memory, item: Object, event: Event, node: ast.AST) -> None:
        variable = item.origin.variable
        if not item.origin.is_input or variable is None or item.origin.path:
            return
        if (
            self.analysis.modes.get(variable.name) is not Mode.BORROWED
            or variable.owner != self.analysis.body.name
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

    def with_stale_marks(self, memory: Memory, temporary: Temporary, binding: Binding) -> Binding:
        """What was read from a superseded place inside something, marked so."""
        place = self.analysis.body.places.get(temporary)
        return binding if place is None else self.marked_as_stale(memory, place, binding)

    def marked_as_stale(self, memory: Memory, place: Place, binding: Binding) -> Binding:
        """What a place inside something holds, marked if the place is superseded."""
        if not place.path:
            return binding
        status = memory.stale.get(self.places.normal(memory, place))
        if status is None or not self.holdings.classes(memory, binding):
            return binding
        marks = {**binding.marks, **status}
        if LIVE in marks and not (LIVE in binding.marks and LIVE in status):
            del marks[LIVE]
        return Binding(binding.values, marks)

    # --- superseding ----------------------------------------------------------------------------

    def supersede(
        self,
        memory: Memory,
        binding: Binding,
        event: Event,
        temporary: Temporary | None,
        path: tuple[Key, ...] = (),
        only: frozenset[Object] | None = None,
        captured: Place | None = None,
    ) -> None:
        """Mark the place that an argument was read from, or the places it was built from.

        Args:
            memory: changed.
            binding: what was handed over.
            event: the supersession.
            temporary: the one that was passed; None if it was bound before.
            path: leads from the temporary to the binding (`*args` taken apart).
            only: the objects that were handed over, if not all that the binding holds.
            captured: the place that the callee itself read, if it is no argument.
        """
        held = {one.item.identity for one in self.holdings.held(memory, binding, materialise=True)}
        if only is not None:
            held &= only
            if not held:
                return
        hand_over(memory, held)
        self.analysis.succession.note_taken(event.operation, held)
        self.supersede_sources(memory, binding, event)
        if temporary is None:
            if captured is not None and self.unchanged(memory, captured, binding):
                self.places.supersede(memory, captured, event)
            return
        place = self.analysis.body.places.get(temporary)
        if place is not None:
            place = Place(place.variable, (*place.path, *path))
            if self.unchanged(memory, place, binding):
                self.places.supersede(memory, place, event)
            return
        if path and only is None:
            only = frozenset(held)  # one item of a display, and not the others
        self._supersede_built(memory, held, event, temporary)
        for part in self.analysis.body.parts.get(temporary, ()):
            part_binding = memory.bindings.get(part)
            if part_binding is not None and self.holdings.classes(memory, part_binding):
                self.supersede(memory, part_binding, event, part, (), only)

    def _supersede_built(
        self, memory: Memory, held: Collection[Object], event: Event, temporary: Temporary
    ) -> None:
        """Mark the places from which an instance was built in place: `Carry(state, 0)`."""
        binding = Binding(dict.fromkeys(held, ALWAYS))
        for part in self.analysis.built.get(temporary, ()):
            place = self.analysis.body.places.get(part)
            if place is not None and self.unchanged(memory, place, binding):
                self.places.supersede(memory, place, event)

    def supersede_sources(self, memory: Memory, binding: Binding, event: Event) -> None:
        """Mark the places that what a binding holds was derived from."""
        if memory.derived:
            held = [one.item.identity for one in self.holdings.held(memory, binding)]
            for source in hand_over_sources(self, memory, held):
                self.places.supersede(memory, source, event)

    def unchanged(self, memory: Memory, place: Place, binding: Binding) -> bool:
        """The place still holds what the argument held (it was not rebound in between)."""
        current = self.places.at(memory, place)
        if current is None:
            return False
        return not set(current.objects).isdisjoint(binding.objects)


def _spared(binding: Binding, item: Object, guard: Guard) -> Guard | None:
    """The guard under which a binding surely holds something else than an object."""
    others_apart = all(
        exclusive(guard, other_guard)
        for value, other_guard in binding.values.items()
        if not (isinstance(value, Object) and value.identity is item.identity)
    )
    return negated(guard) if others_apart else None


class _Use(NamedTuple):
    """What a check is about, besides the binding."""

    node: ast.AST
    misuse: Misuse
    callee: str


class _Walk(NamedTuple):
    """A use on its way through what a binding holds.

    Attributes:
        use: what is reported.
        leading: the objects that something affine is inside of.
        begun: how deep was looked into an object, under a guard.
    """

    use: _Use
    leading: Container[Object]
    begun: dict[tuple[Object, Guard], int]

    def begins(self, item: Object, guard: Guard, depth: int) -> bool:
        """Whether an object is still to be looked into: far more ways lead to it than one."""
        before = max(self.begun.get((item, known), 0) for known in (guard, ALWAYS))
        if before >= depth:
            return False
        self.begun[item, guard] = depth
        return True


def _reaching(marks: Status, facts: Conjunction) -> tuple[Event, ...]:
    """The events among marks that are possible under the facts that hold here."""
    if marks is ALIVE:
        return ()
    return tuple(
        sorted(
            happening
            for happening, guard in marks.items()
            if isinstance(happening, Event) and not excluded(guard, facts)
        )
    )
