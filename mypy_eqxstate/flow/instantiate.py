"""A summary meets a call: the callee's inputs become the caller's arguments.

A summary speaks of the callee's inputs by origin: parameter (or captured variable) and path.  Here
each of them is looked up in the caller's memory, and each object that the callee made becomes a
new object of the caller's, named by the call.

Limit: of what a call makes, what is beyond `MAXIMAL_OBJECTS` objects is not known; nor is it in a
recursive call beyond `RECURSIVE_OBJECTS`, as what a body builds of its own results would grow by
all of itself at each such call.  Nor is what may be more than `MAXIMAL_VALUES` things.

Worked example.  The summary "result is `(x, input state)`; input `state` is consumed" of `f`, at
`y, t = f(1, s)`: input `state` is the object behind `s`; `t` becomes one more name of it, and it
is dead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from mypy_eqxstate.contracts.summaries import Summary
from mypy_eqxstate.flow.arguments import Actual, collected_as
from mypy_eqxstate.flow.bindings import ALIVE, LIVE, Binding, Status, merge_bindings, one
from mypy_eqxstate.flow.guards import ALWAYS, Guard, both, either, exclusive
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.places import format_key
from mypy_eqxstate.flow.values import (
    REPORTED,
    UNKNOWN_VALUE,
    Event,
    Object,
    Origin,
    Value,
    is_dead,
    objects_within,
)
from mypy_eqxstate.ir.model import Attribute, Item, Key, Place, Variable
from mypy_eqxstate.oracle.shapes import UnknownShape

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis


MAXIMAL_OBJECTS: Final = 60
RECURSIVE_OBJECTS: Final = 12
MAXIMAL_VALUES: Final = 60


class Instantiation:
    """One summary at one call.

    Args:
        analysis: the caller.
        memory: the caller's memory.
        parameters: the callee's parameters by variable, with what the call passes for each.
        origin: names what the callee makes.
        stars: the names of `*args` and `**kwargs`.
        foreign: the callee is of another module; its captured names and globals are not there,
        captured: except for these, which a callback that it was given captures.
        recursive: the callee is being solved right now.
    """

    def __init__(
        self,
        analysis: BodyAnalysis,
        memory: Memory,
        summary: Summary,
        parameters: Mapping[Variable, Sequence[Actual]],
        origin: Origin,
        stars: frozenset[str] = frozenset(),
        foreign: bool = False,
        captured: frozenset[Variable] = frozenset(),
        recursive: bool = False,
    ) -> None:
        self.analysis = analysis
        self.memory = memory
        self.summary = summary
        self.foreign = foreign
        self.captured = captured
        self.parameters = parameters
        self.origin = origin
        self.stars = stars
        self._maximal = RECURSIVE_OBJECTS if recursive else MAXIMAL_OBJECTS
        self._event_of: Callable[[Object], Event] | None = None
        self._made: dict[Object, Object] = {}
        self._guards: dict[Guard, Guard] = {}
        self._roots: dict[Variable, Binding | None] = {}
        # What the caller had at places when `settle` was called.
        self._places: dict[Place, Binding | None] | None = None

    def root(self, variable: Variable) -> Binding | None:
        """What the call passes for an input of the callee."""
        if variable not in self._roots:
            self._roots[variable] = self._find_root(variable)
        return self._roots[variable]

    def _find_root(self, variable: Variable) -> Binding | None:
        if variable in self.parameters:
            actuals = self.parameters[variable]
            if not actuals:
                return None
            if variable.name not in self.stars:
                return actuals[0].binding
            return self.analysis.calls.results.collected(
                self.memory, tuple(actuals), self.origin.child(Item(variable.name))
            )
        if self.foreign and variable not in self.captured:
            return None
        binding = self.memory.bindings.get(variable)
        if binding is None:
            binding = self.analysis.default_binding(variable)
            if binding is not None:
                self.memory.bindings[variable] = binding
        return binding

    def input(self, item: Object) -> Binding | None:
        """What the caller has where the callee has this input object."""
        variable = item.origin.variable
        if variable is None:
            return None
        binding = self._at(variable, item.origin.path)
        if item.is_affine and binding is not None:
            return self._known_by_callee(item, variable, binding)
        return binding

    def settle(self) -> None:
        """From now on an input is what it is now: only what the callee leaves is to be written.

        Each place is looked at once then; a callee may leave the same ones in many fields.
        """
        self._places = {}

    def _at(self, variable: Variable, path: tuple[Key, ...]) -> Binding | None:
        """What the caller has at a place that begins with an input of the callee."""
        if not path:
            return self.root(variable)
        place = Place(variable, path)
        if self._places is not None and place in self._places:
            return self._places[place]
        holder = self._at(variable, path[:-1])
        found = None if holder is None else self._field(holder, path[-1])
        if self._places is not None:
            self._places[place] = found
        return found

    def _known_by_callee(self, item: Object, variable: Variable, binding: Binding) -> Binding:
        """The callee knows the type of a captured name, of which the caller knows nothing."""
        exact: dict[Value, Guard] = {
            Object(value.origin, item.shape, value.recent)
            if isinstance(value, Object) and isinstance(value.shape, UnknownShape)
            else value: guard
            for value, guard in binding.values.items()
        }
        if exact.keys() == binding.values.keys():
            return binding
        known = Binding(exact, binding.marks)
        if not item.origin.path and variable not in self.parameters:
            self.memory.bindings[variable] = known
        return known

    def _field(self, binding: Binding, key: Key) -> Binding | None:
        if isinstance(key, Attribute):
            return self.analysis.calls.attributes.of_value(self.memory, binding, key.name)
        return self.analysis.containers.items_of(self.memory, binding, key)

    def place(self, item: Object) -> Place | None:
        """Where the caller has an input object of the callee."""
        variable = item.origin.variable
        if variable is None:
            return None
        if variable not in self.parameters:
            return Place(variable, item.origin.path)
        actuals = self.parameters[variable]
        if len(actuals) != 1 or actuals[0].temporary is None or actuals[0].copied_by is not None:
            return None
        place = self.analysis.body.places.get(actuals[0].temporary)
        if place is None:
            return None
        return Place(place.variable, (*place.path, *actuals[0].path, *item.origin.path))

    def text(self, item: Object, actuals: Sequence[Actual]) -> str:
        """The caller's spelling of an input object of the callee."""
        variable, path = item.origin.variable, item.origin.path
        root = actuals[0].text if actuals else (variable.name if variable else "value")
        if path and variable is not None and variable.name in self.stars:
            collected = collected_as(actuals, path[0])
            if collected is not None:
                root, path = collected.text, path[1:]
        return root + "".join(map(format_key, path))

    def text_of(self, item: Object) -> str:
        """The caller's spelling of an input object of the callee, whatever it passes for it."""
        variable = item.origin.variable
        return self.text(item, self.parameters.get(variable, ()) if variable is not None else ())

    def note_versions(self) -> None:
        """Note of what the callee has made which of the arguments that is a newer version of."""
        for item, inputs in self.summary.predecessors.items():
            made = self._made.get(item)
            if isinstance(made, Object):
                bindings = [self.input(each) for each in inputs]
                older = [each for held in bindings if held is not None for each in held.objects]
                self.analysis.succession.note_before(made, older)

    def leave_captured(self) -> None:
        """Leave what a function captures that the callee returns where calls of it will look."""
        if self.foreign:
            return
        bindings = self.memory.bindings
        for variable, held in self.summary.captured:
            left, before = self.binding(held), bindings.get(variable)
            bindings[variable] = left if before is None else merge_bindings(before, left)

    def left(self, template: Binding, event_of: Callable[[Object], Event]) -> Binding:
        """What the callee leaves in a field or variable, which may be old.

        Args:
            template: what that is, in terms of the callee.
            event_of: the consumption by this call of an object of the caller's.
        """
        self._event_of = event_of
        binding = self.binding(template)
        self._event_of = None
        return binding

    def binding(self, template: Binding) -> Binding:
        """A binding of the callee's, in terms of the caller."""
        values: dict[Value, Guard] = {}
        marks: Status = ALIVE
        for value, guard in template.values.items():
            is_left = self._event_of is not None and is_dead(value) and not _is_reported(value)
            if is_dead(value) and not is_left and len(template.values) > 1:
                continue  # that the callee returns an old object was reported in it
            inner = self.guard(guard)
            for found, outer in self._values(value).values.items():
                if exclusive(inner, outer) or (not is_dead(value) and self._died_here(found)):
                    continue  # what the call did on one path, met on another
                if is_left and self._event_of is not None and isinstance(found, Object):
                    found = found.with_events(found.events or frozenset({self._event_of(found)}))
                together = both(inner, outer)
                values[found] = either(values[found], together) if found in values else together
        if not values or len(values) > MAXIMAL_VALUES:
            return one(UNKNOWN_VALUE)
        return Binding(values, marks)

    def _died_here(self, value: Value) -> bool:
        """Whether this very call consumed an object (where the callee ends with it alive)."""
        return is_dead(value) and all(
            (event.body, event.operation) == (self.origin.body, self.origin.operation)
            for event in getattr(value, "events", ())
        )

    def guard(self, guard: Guard) -> Guard:
        """A guard of the callee's: its conditions are those of this very call."""
        if guard is ALWAYS:
            return guard
        if guard not in self._guards:
            self._guards[guard] = self._translated(guard)
        return self._guards[guard]

    def _translated(self, guard: Guard) -> Guard:
        prefix = f"{self.origin.operation}:"
        translated = frozenset(
            frozenset((prefix + question, answer) for question, answer in alternative)
            for alternative in guard
        )
        self.analysis.note_call_conditions(
            frozenset(question for part in translated for question, _ in part)
        )
        return translated

    def split(self, status: Status) -> tuple[Guard, Guard]:
        """Under which of the callee's decisions an input is dead afterwards, and alive."""
        dead: Guard | None = None
        for happening, guard in status.items():
            if isinstance(happening, Event):
                dead = guard if dead is None else either(dead, guard)
        return (
            self.guard(dead if dead is not None else ALWAYS),
            self.guard(status.get(LIVE, ALWAYS)),
        )

    def _values(self, value: Value) -> Binding:
        if not isinstance(value, Object):
            if any(True for _ in objects_within(value)):
                return one(UNKNOWN_VALUE)
            return one(value)
        value = value.identity
        if value.origin.is_input and not self._is_foreign_global(value):
            found = self.input(value)
            return found if found is not None else one(UNKNOWN_VALUE)
        return one(self._new(value))

    def _is_foreign_global(self, item: Object) -> bool:
        variable = item.origin.variable
        return (
            self.foreign
            and variable is not None
            and variable not in self.parameters
            and variable not in self.captured
        )

    def _new(self, item: Object) -> Value:
        made = self._made.get(item)
        if made is not None:
            return made
        if len(self._made) >= self._maximal:
            return UNKNOWN_VALUE
        made = Object(self.origin.child(Item(f"made{len(self._made)}")), item.shape)
        self._made[item] = made
        self.analysis.heap.register(self.memory, made)
        if not item.is_affine:
            held = self.summary.fields.get(item, {})
            self.memory.fields[made] = {key: self.binding(field) for key, field in held.items()}
        return made


def _is_reported(value: Value) -> bool:
    return isinstance(value, Object) and REPORTED in value.events
