"""The abstract state of a body at one point.

A `Memory` maps variables and temporaries to *bindings* and objects to the bindings of their
fields.  A binding is a set of values that a place may hold.  Two ways of being old are kept apart
on purpose:

- **invalidated** (`state-reuse`) belongs to the object: a reference carries the events that its
  object died of, and a consumption changes all references to the object in the memory.
- **superseded** (`state-stale`) belongs to the binding: its *marks* say which calls took over what
  this name held and gave back something newer; they go when the name is rebound.

**LIVE** stands among marks for a path on which nothing of the kind has happened.  With an event
*and* LIVE (or with another value that is alive) an old use is possible only on some paths ("may").

Worked example::

    t = s                         # t: {S}             s: {S}
    if unreadable():
        s = s.set(i, v)           # t: {S dead}        s: {N}
                                  # t: {S dead, S}     s: {N, S}
    s.get(i)                      # fine: neither N nor S is dead in s
    t.get(i)                      # "may have been consumed"

Guards make joins more precise still: an entry carries the branch conditions under which it came
about, so that a later use whose own conditions contradict them is not reported (`if train: ...`
followed by `if not train: ...`).  Rebinding a variable of a condition drops that condition
everywhere.  Guards themselves are in `flow/guards.py`.

Memories are copied at every branch: a binding and a guard are never changed in place.  Bindings are
in `flow/bindings.py`, the joining of memories in `flow/joins.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from mypy_eqxstate.flow.bindings import (
    Binding,
    Change,
    Status,
    cleaned,
    merge_fields,
    renaming,
    rewritten,
)
from mypy_eqxstate.flow.guards import NO_FACTS, Conjunction, Guard, either
from mypy_eqxstate.flow.values import UNKNOWN_VALUE, Event, Object, Origin, Suspended, Value
from mypy_eqxstate.ir.model import Key, Place, Variable

Root = Variable | int
_Key = TypeVar("_Key")
_Held = TypeVar("_Held", Binding, Mapping[Key, Binding])


class Memory:
    """The abstract state at one point of a body."""

    __slots__ = (
        "aged",
        "bindings",
        "derived",
        "facts",
        "fields",
        "handed_over",
        "input_status",
        "reads",
        "repeated",
        "represents",
        "stale",
        "version",
    )

    def __init__(self) -> None:
        self.bindings: dict[Root, Binding] = {}
        self.fields: dict[Object, Mapping[Key, Binding]] = {}
        # Which inputs were consumed, for the summary: nothing may refer to them any more.
        self.input_status: dict[Object, Status] = {}
        self.facts: Conjunction = NO_FACTS
        # Counts the changes that matter to an exception handler: those of affine objects.
        self.version = 0
        # The call at work has already made room for its new objects (`Heap.age`).
        self.aged = False
        # Affine inputs that were passed to a call that superseded them, and inputs that were read:
        # both only grow, and end up in the body's summary.
        self.handed_over: frozenset[Object] = frozenset()
        # An element met while iterating stands for some object of the container: consuming the
        # element may consume each of those, but the next element is another one.
        # Places inside something (`ts.state`) that a call has superseded.  They belong to the
        # variable that they begin with: `ts` bound to another object has nothing old in it.
        self.stale: dict[Place, Status] = {}
        # Affine objects that one container holds several times.
        self.repeated: frozenset[Object] = frozenset()
        self.represents: dict[Object, frozenset[Object]] = {}
        self.reads: frozenset[Object] = frozenset()
        # Copies of what they were taken out of, or put together from, at which place that was.
        self.derived: dict[Object, frozenset[tuple[Place | None, Object]]] = {}

    def is_struck(self, item: Object, event: Event) -> bool:
        """Whether an event has happened to an object, or may have, wherever that is referred to."""
        if event in self.input_status.get(item.identity, ()):
            return True
        bindings = [*self.bindings.values()]
        bindings += [field for fields in self.fields.values() for field in fields.values()]
        return any(
            event in other.events
            for binding in bindings
            for other in binding.objects
            if other.identity == item.identity
        )

    def copy(self) -> Memory:
        """An independent memory with the same contents."""
        other = Memory()
        other.bindings = dict(self.bindings)
        other.fields = dict(self.fields)
        other.input_status = dict(self.input_status)
        other.facts = self.facts
        other.aged = self.aged
        other.version = self.version
        other.handed_over = self.handed_over
        other.reads = self.reads
        other.repeated = self.repeated
        other.stale = dict(self.stale)
        other.represents = dict(self.represents)
        other.derived = dict(self.derived)
        return other

    def assign(self, other: Memory) -> None:
        """Take over the contents of another memory, which is not used any more."""
        self.aged = other.aged
        self.bindings = other.bindings
        self.derived = other.derived
        self.facts = other.facts
        self.fields = other.fields
        self.handed_over = other.handed_over
        self.input_status = other.input_status
        self.reads = other.reads
        self.repeated = other.repeated
        self.represents = other.represents
        self.stale = other.stale
        self.version = other.version

    def share(self, other: Memory) -> bool:
        """Use the very bindings and fields of another memory where they are equal to these.

        What is one object in two memories is left alone where these meet again.

        Returns:
            whether all contents of both are equal.
        """
        if self is other:
            return True
        equal = _share(self.bindings, other.bindings)
        equal = _share(self.fields, other.fields) and equal
        return (
            equal
            and self.facts == other.facts
            and self.input_status == other.input_status
            and self.handed_over == other.handed_over
            and self.reads == other.reads
            and self.represents == other.represents
            and self.derived == other.derived
            and self.repeated == other.repeated
            and self.stale == other.stale
        )

    def set_field(self, item: Object, key: Key, binding: Binding) -> None:
        """Make a field hold a binding."""
        known = self.fields.get(item, {})
        if known.get(key) is not binding:
            self.fields[item] = {**known, key: binding}

    def forget_conditions(self, texts: frozenset[str]) -> None:
        """Drop conditions whose variables are being rebound from the facts and all guards."""
        if not texts:
            return

        self.facts = frozenset(pair for pair in self.facts if pair[0] not in texts)
        for root, binding in self.bindings.items():
            if binding.is_conditional:
                self.bindings[root] = binding.without_conditions(texts)
        for item, status in self.input_status.items():
            self.input_status[item] = cleaned(status, texts)
        for place, status in self.stale.items():
            self.stale[place] = cleaned(status, texts)
        for item, fields in self.fields.items():
            for field in fields.values():
                if field.is_conditional and field.without_conditions(texts) is not field:
                    self.fields[item] = {
                        key: held.without_conditions(texts) for key, held in fields.items()
                    }
                    break

    def rewrite(self, changes: Mapping[Object, Change]) -> None:
        """Replace every reference to some objects by what functions make of it and its guard.

        Args:
            changes: by the identity of the object.
        """
        self.version += 1
        self._rewrite(changes)

    def _rewrite(self, changes: Mapping[Object, Change]) -> None:
        struck = changes.keys()
        for root, binding in self.bindings.items():
            if binding.objects and not struck.isdisjoint(binding.objects):
                self.bindings[root] = rewritten(binding, changes)
        for holder, fields in self.fields.items():
            for field in fields.values():
                if field.objects and not struck.isdisjoint(field.objects):
                    self.fields[holder] = {
                        key: rewritten(held, changes) for key, held in fields.items()
                    }
                    break

    def end(self, origin: Origin) -> None:
        """What a call has prepared has run: nothing is known of it to those who hold it."""
        for root, binding in self.bindings.items():
            if _holds_prepared(binding, origin):
                self.bindings[root] = _without(binding, origin)
        for holder, fields in self.fields.items():
            if any(_holds_prepared(field, origin) for field in fields.values()):
                self.fields[holder] = {key: _without(held, origin) for key, held in fields.items()}

    def renew(self, place: Place) -> None:
        """Something new is stored at a place: nothing at it, or inside it, is old any more."""
        length = len(place.path)
        for known in [p for p in self.stale if p.variable == place.variable]:
            if known.path[:length] == place.path:
                del self.stale[known]

    def drop_unreachable(self) -> None:
        """Forget what nothing refers to any more, so that joins don't carry it along.

        Inputs stay: the caller refers to them.
        """
        reached = set[Object]().union(*[b.objects for b in self.bindings.values() if b.objects])
        reached.update([holder for holder in self.fields if holder.origin.operation < 0])
        if not self.represents and not self.derived and self.fields.keys() <= reached:
            return
        waiting = list(reached)
        while waiting:
            fields = self.fields.get(waiting.pop())
            if fields:
                for field in fields.values():
                    for item in field.objects:
                        if item not in reached:
                            reached.add(item)
                            waiting.append(item)
        for item in [item for item in self.fields if item not in reached]:
            del self.fields[item]
        if self.represents:
            standing = self.stand_for(reached)
            for item in [item for item in self.represents if item not in standing]:
                del self.represents[item]
        for item in [item for item in self.derived if item not in reached]:
            del self.derived[item]

    def stand_for(self, elements: Iterable[Object]) -> Collection[Object]:
        """Some elements, all that they stand for, and so on."""
        found = dict.fromkeys(elements)
        waiting = list(found)
        for element in waiting:
            for item in self.represents.get(element, ()):
                if item not in found:
                    found[item] = None
                    waiting.append(item)
        return found.keys()

    def made_last_by(self, operation: int, body: str) -> list[Object]:
        """The objects that an operation of a body made last, in a fixed order."""
        found = [item.identity for item in self.fields if item.made_last_by == operation]
        for binding in self.bindings.values():
            for item in binding.objects:
                if item.made_last_by == operation:
                    found.append(item)
        for fields in self.fields.values():
            for field in fields.values():
                for item in field.objects:
                    if item.made_last_by == operation:
                        found.append(item)
        # What an element stands for may have gone with its container.
        for represented in self.represents.values():
            found += [item for item in represented if item.made_last_by == operation]
        return [item for item in dict.fromkeys(found) if item.origin.body == body]

    def rename(self, old: Object, new: Object) -> None:
        """Replace an object by another everywhere: this turn's object becomes an earlier one."""
        self.rename_all({old: new})

    def rename_all(self, renamings: Mapping[Object, Object]) -> None:
        """Replace objects by others everywhere; several of them may become one."""
        self._rewrite({old.identity: renaming(new) for old, new in renamings.items()})
        for old, new in renamings.items():
            self._move(old, new)
        struck = renamings.keys()
        for element, represented in self.represents.items():
            if not struck.isdisjoint(represented):
                self.represents[element] = _renamed(represented, renamings)
        if not struck.isdisjoint(self.repeated):
            self.repeated = _renamed(self.repeated, renamings)
        for item, sources in self.derived.items():
            if any(source in struck for _, source in sources):
                self.derived[item] = frozenset(
                    (place, renamings.get(source, source)) for place, source in sources
                )

    def _move(self, old: Object, new: Object) -> None:
        if old in self.fields:
            moved = self.fields.pop(old)
            kept = self.fields.get(new)
            self.fields[new] = moved if kept is None else merge_fields(kept, moved)
        if old in self.represents:
            self.represents[new] = self.represents.get(new, frozenset()) | self.represents.pop(old)
        if old in self.derived:
            self.derived[new] = self.derived.get(new, frozenset()) | self.derived.pop(old)
        if old in self.handed_over:
            self.handed_over = self.handed_over - {old} | {new}


def _renamed(items: frozenset[Object], renamings: Mapping[Object, Object]) -> frozenset[Object]:
    return frozenset([renamings.get(item, item) for item in items])


def _holds_prepared(binding: Binding, origin: Origin) -> bool:
    return any(type(value) is Suspended and value.origin == origin for value in binding.values)


def _without(binding: Binding, origin: Origin) -> Binding:
    if not _holds_prepared(binding, origin):
        return binding
    values: dict[Value, Guard] = {}
    for value, guard in binding.values.items():
        ended = isinstance(value, Suspended) and value.origin == origin
        kept = UNKNOWN_VALUE if ended else value
        values[kept] = either(values[kept], guard) if kept in values else guard
    return Binding(values, binding.marks)


def _share(entries: dict[_Key, _Held], others: Mapping[_Key, _Held]) -> bool:
    """Replace what is equal under the same key; whether all is, and there is no other key."""
    equal = len(entries) == len(others)
    for key in [key for key, held in entries.items() if others.get(key) is not held]:
        other = others.get(key)
        if other is not None and other == entries[key]:
            entries[key] = other
        else:
            equal = False
    return equal
