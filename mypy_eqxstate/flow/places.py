"""Places: the binding that a path such as `carry[0].state` leads to.

Supersession belongs to bindings and not to objects, so it needs the place that an argument was
read from: a variable, and keys from there on.

Worked example.  `y, new = step(model, carry[1])` marks the field `[1]` of the object behind
`carry`; another name for the same tuple sees the mark, another name for the State does not.

Where `carry` may be one of several tuples, `[1]` is superseded in whichever it is.

Limits: of an item of unknown index nothing is marked, and what a path through several objects
leads to can't be replaced.
"""

from __future__ import annotations

from collections.abc import Callable

from mypy_eqxstate.flow.bindings import Binding, Status, merge_bindings
from mypy_eqxstate.flow.guards import ALWAYS
from mypy_eqxstate.flow.heap import Heap, normal_key
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import Event, Object
from mypy_eqxstate.ir.model import Attribute, Elements, Item, Key, Place, Variable


class Places:
    """The places of one body."""

    def __init__(self, heap: Heap) -> None:
        self.heap = heap

    def at(self, memory: Memory, place: Place) -> Binding | None:
        """What a place holds now."""
        binding = memory.bindings.get(place.variable)
        for key in place.path:
            if binding is None:
                return None
            binding = self._field(memory, binding, key)
        return binding

    def _field(self, memory: Memory, holder: Binding, key: Key) -> Binding | None:
        """What a field holds, of whichever object it is the field."""
        found: Binding | None = None
        for value in holder.values:
            if isinstance(value, Object):
                field = self.heap.read(memory, value.identity, key)
                if field is not None:
                    found = field if found is None else merge_bindings(found, field)
        return found

    def update_marks(
        self, memory: Memory, place: Place, change: Callable[[Status], Status]
    ) -> None:
        """Change the marks of the binding at a place; of unknown items nothing is marked."""
        binding = self.at(memory, place)
        if binding is not None:
            self.put(memory, place, Binding(binding.values, change(binding.marks)))

    def normal(self, memory: Memory, place: Place) -> Place:
        """One spelling of a place: a NamedTuple's field by its index (`normal_key`)."""
        binding = memory.bindings.get(place.variable)
        path: list[Key] = []
        for key in place.path:
            items = [v for v in binding.values if isinstance(v, Object)] if binding else []
            found = normal_key(items[0], key) if items else key
            path.append(found)
            binding = self.heap.read(memory, items[0], found) if items else None
        return Place(place.variable, tuple(path))

    def supersede(self, memory: Memory, place: Place, event: Event) -> None:
        """Note that a call has taken over what a place held; of unknown items nothing is noted."""
        if any(isinstance(key, Elements) for key in place.path):
            return
        memory.version += 1
        if place.path:
            memory.stale[self.normal(memory, place)] = {event: ALWAYS}
        else:
            self.update_marks(memory, place, lambda _: {event: ALWAYS})

    def carry_stale(self, memory: Memory, source: Place | None, target: Variable) -> None:
        """A new name for something has the same superseded places in it, and none of its own."""
        if not memory.stale:
            return
        carried: dict[Place, Status] = {}
        if source is not None:
            length = len(source.path)
            for place, status in memory.stale.items():
                inside = len(place.path) > length and place.path[:length] == source.path
                if place.variable == source.variable and inside:
                    carried[Place(target, place.path[length:])] = status
        memory.renew(Place(target))
        memory.stale.update(carried)

    def put(self, memory: Memory, place: Place, binding: Binding) -> None:
        """Let a place hold something else; a place inside an unknown item stays as it is."""
        memory.version += 1
        if any(isinstance(key, Elements) for key in place.path):
            return
        if not place.path:
            memory.bindings[place.variable] = binding
            return
        holder = self.at(memory, Place(place.variable, place.path[:-1]))
        item = None if holder is None else _single_object(holder)
        if item is not None:
            self.heap.write(memory, item, place.path[-1], binding, strong=True)


def format_key(key: Key) -> str:
    """A key as it is written in Python."""
    if isinstance(key, Attribute):
        return f".{key.name}"
    if isinstance(key, Item):
        return f"[{key.value!r}]"
    return "[...]"


def _single_object(binding: Binding) -> Object | None:
    objects = {value.identity for value in binding.values if isinstance(value, Object)}
    return next(iter(objects)) if len(objects) == 1 else None
