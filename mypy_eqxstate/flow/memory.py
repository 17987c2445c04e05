"""The abstract state of a body at one point, and how two of them are joined.

A `Memory` maps variables and temporaries to *bindings*, objects to the bindings of their fields,
and affine objects to their *status*.  Three things are kept apart on purpose:

- the **status** of an object says which events consumed it.  It is shared by every name of the object:
  this is "invalidated" (`state-reuse`).
- the **marks** of a binding say which calls took over what this name held and gave back
  something newer.  They belong to the name, and go when it is rebound: "superseded" (`state-stale`).
- **LIVE** stands in both for a path on which nothing of the kind has happened.  With an event
  *and* LIVE, an old use is possible only on some paths ("may").

Guards make joins precise.  Every entry (value of a binding, event of a status) carries the branch
conditions under which it came about, as far as they are still about the same values.  A later use whose
own conditions contradict them is not reported.  Example::

    if train:                     # facts: {train}
        y, state = step(state)    # binding of state: {new}
                                  # join: {new if train, old if not train}
    if not train:                 # facts: {not train}: only `old` remains possible
        use(state)

Rebinding a variable of a condition drops that condition from all guards.

Where several paths meet, the edge by which a path came is a condition too, so that what belongs together stays
together without any text: after `if unreadable(): s = s.set(i, v)` the binding of `s` is `{new by edge 1, old by edge
2}` and the status of `old` is `{dead by edge 1, alive by edge 2}`; the old object is dead only where `s` no longer
holds it.  Entering the block again (a loop) is a new decision and drops the condition of the last time.

Memories are copied at every branch: a binding, a status and a guard are never changed in place.  Guards themselves are in
`flow/guards.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeVar

from mypy_eqxstate.flow.guards import (
    ALWAYS,
    NO_FACTS,
    Conjunction,
    Guard,
    either,
    under,
    without,
)
from mypy_eqxstate.flow.values import VALUE_TYPES, Object, Value, objects_within
from mypy_eqxstate.ir.model import Key, Variable

_Entry = TypeVar("_Entry")


class Event(NamedTuple):
    """A consumption or supersession: the call (by body and number) and the place it was passed as."""

    body: str
    operation: int
    place: str
    invalidates: bool


class Live(NamedTuple):
    """Stands for "nothing has happened on this path" among the events."""

    tag: str = "live"


LIVE: Final = Live()
Happening = Event | Live
Status = Mapping[Happening, Guard]
ALIVE: Final[Status] = {LIVE: ALWAYS}
Root = Variable | int


class Binding(NamedTuple):
    """What a name, temporary or field holds, and which calls have superseded it."""

    values: Mapping[Value, Guard]
    marks: Status = ALIVE


def one(value: Value) -> Binding:
    """A binding to one value."""
    return Binding({value: ALWAYS})


def several(values: tuple[Value, ...]) -> Binding:
    """A binding to any of several values."""
    return Binding(dict.fromkeys(values, ALWAYS))


class Memory:
    """The abstract state at one point of a body."""

    __slots__ = (
        "aged",
        "bindings",
        "facts",
        "fields",
        "handed_over",
        "reads",
        "represents",
        "statuses",
    )

    def __init__(self) -> None:
        self.bindings: dict[Root, Binding] = {}
        self.fields: dict[Object, Mapping[Key, Binding]] = {}
        self.statuses: dict[Object, Status] = {}
        self.facts: Conjunction = NO_FACTS
        # The call at work has already made room for its new objects (`Heap.age`).
        self.aged = False
        # Affine inputs that were passed to a call that superseded them, and inputs that were read:
        # both only grow, and end up in the body's summary.
        self.handed_over: frozenset[Object] = frozenset()
        # An element met while iterating stands for some object of the container: consuming the
        # element may consume each of those, but the next element is another one.
        self.represents: dict[Object, frozenset[Object]] = {}
        self.reads: frozenset[Object] = frozenset()

    def copy(self) -> Memory:
        """An independent memory with the same contents."""
        other = Memory()
        other.bindings = dict(self.bindings)
        other.fields = dict(self.fields)
        other.statuses = dict(self.statuses)
        other.facts = self.facts
        other.aged = self.aged
        other.handed_over = self.handed_over
        other.reads = self.reads
        other.represents = dict(self.represents)
        return other

    def assign(self, other: Memory) -> None:
        """Take over the contents of another memory, which is not used any more."""
        for name in Memory.__slots__:
            setattr(self, name, getattr(other, name))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Memory)
            and self.facts == other.facts
            and self.bindings == other.bindings
            and self.statuses == other.statuses
            and self.fields == other.fields
            and self.handed_over == other.handed_over
            and self.reads == other.reads
            and self.represents == other.represents
        )

    __hash__ = None  # type: ignore[assignment]

    def status(self, item: Object) -> Status:
        """The events of an affine object; alive if there are none."""
        return self.statuses.get(item, ALIVE)

    def set_field(self, item: Object, key: Key, binding: Binding) -> None:
        """Make a field hold a binding."""
        fields = dict(self.fields.get(item, {}))
        fields[key] = binding
        self.fields[item] = fields

    def forget_conditions(self, texts: frozenset[str]) -> None:
        """Drop conditions whose variables are being rebound from the facts and all guards."""
        if not texts:
            return

        def cleaned(entries: Mapping[_Entry, Guard]) -> Mapping[_Entry, Guard]:
            if all(guard is ALWAYS for guard in entries.values()):
                return entries
            return {entry: without(guard, texts) for entry, guard in entries.items()}

        self.facts = frozenset(pair for pair in self.facts if pair[0] not in texts)
        for root, binding in self.bindings.items():
            self.bindings[root] = Binding(cleaned(binding.values), cleaned(binding.marks))
        for item, status in self.statuses.items():
            self.statuses[item] = cleaned(status)
        for item, fields in self.fields.items():
            self.fields[item] = {
                key: Binding(cleaned(field.values), cleaned(field.marks))
                for key, field in fields.items()
            }

    def rename(self, old: Object, new: Object) -> None:
        """Replace an object by another everywhere: this turn's object becomes an earlier one."""

        for root, binding in self.bindings.items():
            self.bindings[root] = renamed(binding, old, new)
        for item, fields in list(self.fields.items()):
            self.fields[item] = {key: renamed(field, old, new) for key, field in fields.items()}
        if old in self.fields:
            moved = self.fields.pop(old)
            kept = self.fields.get(new)
            self.fields[new] = moved if kept is None else _merge_plain_fields(kept, moved)
        if old in self.statuses or new in self.statuses:
            self.statuses[new] = _merge(
                self.status(new), NO_FACTS, self.statuses.pop(old, ALIVE), NO_FACTS
            )
        if old in self.represents:
            self.represents[new] = self.represents.get(new, frozenset()) | self.represents.pop(old)
        if old in self.handed_over:
            self.handed_over = self.handed_over - {old} | {new}


def renamed(binding: Binding, old: Object, new: Object) -> Binding:
    """A binding with one object replaced by another."""
    if not any(_mentions(value, old) for value in binding.values):
        return binding
    values: dict[Value, Guard] = {}
    for value, guard in binding.values.items():
        _add(values, _substitute(value, old, new), guard)
    return Binding(values, binding.marks)


def _mentions(value: Value, item: Object) -> bool:
    return item in objects_within(value) if value.tag != "object" else value == item


def _substitute(value: Value, old: Object, new: Object) -> Value:
    """The value with one object in it replaced, also inside bound methods and partials."""
    if value == old:
        return new
    if not _mentions(value, old):
        return value
    replaced: Value = type(value)._make(_substitute_part(part, old, new) for part in value)
    return replaced


def _substitute_part(part: object, old: Object, new: Object) -> object:
    if isinstance(part, VALUE_TYPES):
        return _substitute(part, old, new)
    if type(part) is tuple:
        return tuple(_substitute_part(inner, old, new) for inner in part)
    return part


def _merge_plain_fields(
    kept: Mapping[Key, Binding], moved: Mapping[Key, Binding]
) -> Mapping[Key, Binding]:
    fields = dict(kept)
    for key, binding in moved.items():
        fields[key] = merge_bindings(fields[key], binding) if key in fields else binding
    return fields


def _add(entries: dict[_Entry, Guard], entry: _Entry, guard: Guard) -> None:
    """Add an entry; one that is there already holds under either guard."""
    known = entries.get(entry)
    entries[entry] = guard if known is None else either(known, guard)


def _merge(
    left: Mapping[_Entry, Guard],
    left_extra: Conjunction,
    right: Mapping[_Entry, Guard],
    right_extra: Conjunction,
) -> Mapping[_Entry, Guard]:
    if left is right or left == right:
        return left
    merged: dict[_Entry, Guard] = {}
    for entry, guard in left.items():
        other = right.get(entry)
        if other is None:
            merged[entry] = under(guard, left_extra)
        elif other == guard:
            merged[entry] = guard
        else:
            merged[entry] = either(under(guard, left_extra), under(other, right_extra))
    for entry, guard in right.items():
        if entry not in left:
            merged[entry] = under(guard, right_extra)
    return merged


def merge_bindings(
    left: Binding,
    right: Binding,
    left_extra: Conjunction = NO_FACTS,
    right_extra: Conjunction = NO_FACTS,
) -> Binding:
    """The binding that holds whatever either of two may hold.

    Args:
        left, right: the two bindings.
        left_extra, right_extra: conditions that hold on the respective side only.
    """
    if left is right:
        return left
    return Binding(
        _merge(left.values, left_extra, right.values, right_extra),
        _merge(left.marks, left_extra, right.marks, right_extra),
    )


def join(
    left: Memory,
    right: Memory,
    default_binding: Callable[[Root], Binding | None],
    default_field: Callable[[Object, Key], Binding | None],
) -> Memory:
    """The memory after either of two paths.

    Args:
        left, right: the memories at the end of the paths; neither is changed.
        default_binding, default_field: what a name or field holds that a path has not touched
            (inputs are only written down when they are first looked at); None if it holds nothing.
    """
    common = left.facts & right.facts
    left_extra = left.facts - common
    right_extra = right.facts - common
    joined = Memory()
    joined.facts = common
    joined.handed_over = left.handed_over | right.handed_over
    joined.reads = left.reads | right.reads
    joined.represents = dict(left.represents)
    for item, represented in right.represents.items():
        joined.represents[item] = joined.represents.get(item, frozenset()) | represented
    for root in left.bindings.keys() | right.bindings.keys():
        a = left.bindings.get(root)
        b = right.bindings.get(root)
        if a is None:
            a = default_binding(root)
        if b is None:
            b = default_binding(root)
        if a is None or b is None:
            present = a if a is not None else b
            assert present is not None
            joined.bindings[root] = present
        else:
            joined.bindings[root] = merge_bindings(a, b, left_extra, right_extra)
    for item in left.statuses.keys() | right.statuses.keys():
        joined.statuses[item] = _merge(
            left.status(item), left_extra, right.status(item), right_extra
        )
    for item in left.fields.keys() | right.fields.keys():
        ours, theirs = left.fields.get(item), right.fields.get(item)
        if ours is theirs:
            joined.fields[item] = ours or {}
            continue
        if (ours is None or theirs is None) and not item.origin.is_input:
            # The object exists on one of the paths only.
            joined.fields[item] = ours if ours is not None else theirs or {}
            continue
        ours, theirs = ours or {}, theirs or {}
        fields: dict[Key, Binding] = {}
        for key in ours.keys() | theirs.keys():
            a = ours.get(key) or default_field(item, key)
            b = theirs.get(key) or default_field(item, key)
            if a is None or b is None:
                present = a if a is not None else b
                assert present is not None
                fields[key] = present
            else:
                fields[key] = merge_bindings(a, b, left_extra, right_extra)
        joined.fields[item] = fields
    return joined
