"""How places stand: whether what a name holds is good, wherever it is read or bound, for editors.

A problem is noted where an old object is used.  An editor asks of any occurrence of a name: is what
it holds good here, who has taken it over, what is the newer object called, and does this very call
take it over?  An `Observer` looks at the memory after each operation and notes that.  It changes
nothing, and there is none unless somebody has asked for it (`ModuleAnalysis.observing`).

Worked example, for `new = state.set(i, v); state.get(i)`:

- the first `state` is good, and the call takes it over; the newer object is called `new`;
- `new`, as it is bound, is good;
- the second `state` was consumed by the first call; the newer object is `new`.

A function is looked at in each context in which it is called; `observations` puts together what was
seen of one occurrence there.

Limits: of what holds objects (a tuple, `self`) `MAXIMAL_PARTS` parts are noted.  After an error
that is only possible ("may") the place counts as good.  What a closure takes over is not noted at
its call.  Functions that no affine object reaches are not solved, and so nothing is noted in them.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from mypy_eqxstate.flow.bindings import ALIVE, LIVE, Binding, Status
from mypy_eqxstate.flow.explain import loop_line, maker, newest_place, objects_below
from mypy_eqxstate.flow.guards import Guard, excluded
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.places import format_key
from mypy_eqxstate.flow.values import NO_EVENTS, REPORTED, Event, Object, Value
from mypy_eqxstate.ir import model as ir
from mypy_eqxstate.oracle.shapes import AffineShape, Mode

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis

MAXIMAL_PARTS: Final = 4


class Occurrence(Enum):
    """What an occurrence of a name is."""

    READ = "read"
    BOUND = "bound"
    PARAMETER = "parameter"


@dataclass(frozen=True, slots=True)
class Observation:
    """How a place stands at one occurrence of it.

    Attributes:
        node: the occurrence.
        occurrence: what it is.
        place: the place as written, with the path to a part of what it holds.
        class_name: the affine class, by full name.
        mode: what the parameter that the object came in by is declared.
        events: what has happened to the object or the place; empty if it is good.
        may: on some path it is good.
        loop_lines: per event, the line of the loop through whose back edge it gets here.
        newest: the place that holds the newest value here, if there is one.
        taken: what the call does to it that this occurrence is an argument of.
        may_be_taken: on some path that does not happen.
        successor: the place that gets what that call makes.
        born: what made the object, or the parameter; None if that is not known or not one thing.
    """

    node: ast.AST
    occurrence: Occurrence
    place: str
    class_name: str
    mode: Mode = Mode.UNSPECIFIED
    events: tuple[Event, ...] = ()
    may: bool = False
    loop_lines: tuple[int | None, ...] = ()
    newest: str | None = None
    taken: tuple[Event, ...] = ()
    may_be_taken: bool = False
    successor: str | None = None
    born: ast.AST | None = None


class _Part(NamedTuple):
    """An affine object in a binding: where, what has happened, and on all paths or some."""

    path: tuple[ir.Key, ...]
    items: list[Object]
    events: tuple[Event, ...]
    alive: bool


class _Taken(NamedTuple):
    """What a call has done to an argument."""

    node: ast.AST
    path: tuple[ir.Key, ...]
    events: tuple[Event, ...]
    may: bool


class Observer:
    """Notes how places stand in one body.

    Args:
        analysis: the body's.
    """

    def __init__(self, analysis: BodyAnalysis) -> None:
        self._analysis = analysis
        self._noted: dict[int, list[tuple[tuple[ir.Key, ...], Observation]]] = {}
        self._taken: dict[int, list[_Taken]] = {}
        self._successors: dict[tuple[str, int], str] = {}
        self._block = -1
        # What was silenced once it was reported: it was seen before that.
        self._old_objects: dict[Object, frozenset[Event]] = {}
        self._old_places: dict[ir.Place, frozenset[Event]] = {}

    # --- looking

    def begin(self, memory: Memory) -> None:
        """The body is solved (anew) from a memory on."""
        self._noted.clear()
        self._taken.clear()
        self.visit(-1)
        node = self._analysis.body.node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            arguments = node.args
            for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                variable = ir.Variable(each.arg, self._analysis.body.name)
                binding = memory.bindings.get(variable)
                if binding is not None:
                    self._note(memory, Occurrence.PARAMETER, each, each.arg, binding, None)

    def visit(self, block: int) -> None:
        """A block is visited (again): what was seen in it before is outdated."""
        self._block = block
        self._noted[block] = []
        self._taken[block] = []

    def size(self) -> tuple[int, int]:
        """How much was seen in this visit so far."""
        return len(self._noted[self._block]), len(self._taken[self._block])

    def cut(self, size: tuple[int, int]) -> None:
        """Forget what was seen in this visit since it was so much."""
        del self._noted[self._block][size[0] :]
        del self._taken[self._block][size[1] :]

    def look(self, memory: Memory, operation: ir.Operation) -> None:
        """Look at the memory after an operation."""
        if isinstance(operation, ir.ReadVariable | ir.ReadAttribute | ir.ReadItem):
            place = self._analysis.body.places.get(operation.target)
            binding = memory.bindings.get(operation.target)
            if place is not None and binding is not None:
                text = self._analysis.module.text(operation.node)
                self._note(memory, Occurrence.READ, operation.node, text, binding, place)
        elif isinstance(operation, ir.WriteVariable | ir.WriteAttribute | ir.WriteItem):
            source = None if operation.source is None else memory.bindings.get(operation.source)
            if source is not None and isinstance(operation.node, ast.expr):
                text = self._analysis.module.text(operation.node)
                self._note(memory, Occurrence.BOUND, operation.node, text, source, None)
        elif isinstance(operation, ir.Call):
            receiver = self._analysis.receivers.get(operation.callee)
            if receiver is not None:
                self._note_taken(memory, receiver)
            for argument in operation.arguments:
                self._note_taken(memory, argument.source)

    def _note(
        self,
        memory: Memory,
        occurrence: Occurrence,
        node: ast.AST,
        text: str,
        binding: Binding,
        place: ir.Place | None,
    ) -> None:
        analysis = self._analysis
        memory = self._opened(memory, binding)
        if occurrence is Occurrence.BOUND:
            self._note_successors(memory, text, binding)
        for part in self._parts(memory, binding, place):
            found = Observation(
                node,
                occurrence,
                text + "".join(map(format_key, part.path)),
                _class_name(part.items),
                mode=self._mode(part.items),
                events=part.events,
                may=part.alive,
                loop_lines=tuple(
                    loop_line(analysis.body, event, analysis.position) for event in part.events
                ),
                newest=(
                    newest_place(memory, part.events, analysis.succession, part.items)
                    if part.events
                    else None
                ),
                born=self._born(part.items),
            )
            self._noted[self._block].append((part.path, found))

    def _note_successors(self, memory: Memory, text: str, binding: Binding) -> None:
        for name, _, item in objects_below(memory, text, binding):
            origin = item.origin
            if not origin.is_input:
                self._successors.setdefault((origin.body, origin.operation), name)

    def _note_taken(self, memory: Memory, temporary: ir.Temporary) -> None:
        """Note what the call at work has done to an argument: its events are there now."""
        analysis = self._analysis
        for element in analysis.body.parts.get(temporary, ()):
            self._note_taken(memory, element)
        node = analysis.definitions.get(temporary)
        binding = memory.bindings.get(temporary)
        place = analysis.body.places.get(temporary)
        if node is None or binding is None or place is None:
            return
        here = (analysis.body.name, analysis.operation_number)
        now = analysis.ownership.places.at(memory, place)
        marks = binding.marks if now is None else now.marks
        for part in self._parts(memory, Binding(binding.values, marks), place):
            events = tuple(e for e in part.events if (e.body, e.operation) == here)
            if events:
                taken = _Taken(node, part.path, events, part.alive)
                self._taken[self._block].append(taken)

    # --- how a part stands

    def _opened(self, memory: Memory, binding: Binding) -> Memory:
        """A memory in which the parts of what a binding holds are known: a copy, if need be."""
        classes = self._analysis.heap.classes
        for item in binding.objects:
            if not item.is_affine and classes.affine_classes_in(item.shape):
                memory = memory.copy()
                deque(self._analysis.ownership.holdings.held(memory, binding, materialise=True), 0)
                break
        return memory

    def _parts(self, memory: Memory, binding: Binding, place: ir.Place | None) -> Iterator[_Part]:
        """The affine objects that a binding holds, itself or inside, by their path."""
        values: dict[Value, Guard] = {
            value: guard for value, guard in binding.values.items() if type(value) is Object
        }
        by_path: dict[tuple[ir.Key, ...], list[Object]] = {}
        holdings = self._analysis.ownership.holdings
        for held in holdings.held(memory, Binding(values, binding.marks)):
            by_path.setdefault(held.path, [])
            if not excluded(held.guard, memory.facts):
                by_path[held.path].append(held.item)
        for path, items in list(by_path.items())[:MAXIMAL_PARTS]:
            if items:
                here = None if place is None else ir.Place(place.variable, (*place.path, *path))
                marks = self._marks(memory, binding, here, bool(path))
                yield self._part(memory, here, path, items, marks)

    def _marks(
        self, memory: Memory, binding: Binding, place: ir.Place | None, is_inside: bool
    ) -> Status:
        """Which calls have superseded a place."""
        if place is None:
            return ALIVE if is_inside else binding.marks
        places = self._analysis.ownership.places
        marks = binding.marks
        if is_inside:
            field = places.at(memory, place)
            marks = ALIVE if field is None else field.marks
        if place.path and memory.stale:
            return memory.stale.get(places.normal(memory, place), marks)
        return marks

    def _part(
        self,
        memory: Memory,
        place: ir.Place | None,
        path: tuple[ir.Key, ...],
        items: list[Object],
        marks: Status,
    ) -> _Part:
        """What has happened to the objects and to the place."""
        happened: set[Event] = set()
        alive = False
        for item in items:
            events = item.events
            if REPORTED in events:
                events = self._old_objects.get(item.identity, NO_EVENTS)
            elif events:
                self._old_objects[item.identity] = events
            happened |= events
            alive = alive or not item.events
        superseded = {
            event
            for event, guard in marks.items()
            if isinstance(event, Event) and not excluded(guard, memory.facts)
        }
        if place is not None and superseded:
            self._old_places[place] = frozenset(superseded)
        elif place is not None and LIVE not in marks:
            superseded |= self._old_places.get(place, NO_EVENTS)
        alive = alive and LIVE in marks and not excluded(marks[LIVE], memory.facts)
        return _Part(path, items, tuple(sorted(happened | superseded)), alive)

    def _mode(self, items: Sequence[Object]) -> Mode:
        """What the parameter is declared that the objects came in by."""
        analysis = self._analysis
        modes = {
            analysis.modes.get(item.origin.variable.name, Mode.UNSPECIFIED)
            if item.origin.is_input
            and item.origin.variable is not None
            and item.origin.variable.owner == analysis.body.name
            and not item.origin.path
            else Mode.UNSPECIFIED
            for item in items
        }
        return modes.pop() if len(modes) == 1 else Mode.UNSPECIFIED

    def _born(self, items: Sequence[Object]) -> ast.AST | None:
        origins = {item.origin for item in items}
        return maker(origins.pop(), self._analysis.body) if len(origins) == 1 else None

    # --- what was seen

    def noted(self) -> list[Observation]:
        """What was seen when the body was solved."""
        taken: dict[tuple[ast.AST, tuple[ir.Key, ...]], list[_Taken]] = {}
        for each in (each for found in self._taken.values() for each in found):
            taken.setdefault((each.node, each.path), []).append(each)
        found = []
        for path, observation in (pair for pairs in self._noted.values() for pair in pairs):
            here = taken.get((observation.node, path), ())
            if here and observation.occurrence is Occurrence.READ:
                events = tuple(sorted({event for each in here for event in each.events}))
                names = {self._successors.get((e.body, e.operation)) for e in events}
                observation = replace(
                    observation,
                    taken=events,
                    may_be_taken=any(each.may for each in here),
                    successor=names.pop() if len(names) == 1 else None,
                )
            found.append(observation)
        return found


def combined(observations: Iterable[Observation]) -> list[Observation]:
    """One observation for each place at each occurrence, of all contexts and copies of it."""
    by_place: dict[tuple[ast.AST, str], Observation] = {}
    for each in observations:
        key = (each.node, each.place)
        known = by_place.get(key)
        by_place[key] = each if known is None else _either(known, each)
    return list(by_place.values())


def _either(one: Observation, other: Observation) -> Observation:
    """What holds of an occurrence that stands as one of two."""
    loops = dict(zip(one.events, one.loop_lines, strict=True))
    loops |= dict(zip(other.events, other.loop_lines, strict=True))
    events = tuple(sorted(loops))
    return replace(
        one,
        mode=one.mode if one.mode is other.mode else Mode.UNSPECIFIED,
        events=events,
        may=one.may or other.may or not (one.events and other.events),
        loop_lines=tuple(loops[event] for event in events),
        newest=one.newest if one.newest == other.newest else None,
        taken=tuple(sorted({*one.taken, *other.taken})),
        may_be_taken=one.may_be_taken or other.may_be_taken or not (one.taken and other.taken),
        successor=one.successor if one.successor == other.successor else None,
        born=one.born if one.born is other.born else None,
    )


def _class_name(items: Sequence[Object]) -> str:
    return next((i.shape.class_name for i in items if isinstance(i.shape, AffineShape)), "")
