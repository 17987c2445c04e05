"""The abstract state of a body at one point, and how several of them are joined.

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

Memories are copied at every branch: a binding and a guard are never changed in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

from mypy_eqxstate.flow.guards import ALWAYS, NO_FACTS, Conjunction, Guard, either, under, without
from mypy_eqxstate.flow.values import (
    UNKNOWN_VALUE,
    VALUE_TYPES,
    Event,
    Object,
    Value,
    objects_within,
)
from mypy_eqxstate.ir.model import Key, Place, Variable

_Entry = TypeVar("_Entry")


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
        for name in Memory.__slots__:
            setattr(self, name, getattr(other, name))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Memory)
            and self.facts == other.facts
            and self.bindings == other.bindings
            and self.input_status == other.input_status
            and self.fields == other.fields
            and self.handed_over == other.handed_over
            and self.reads == other.reads
            and self.represents == other.represents
            and self.derived == other.derived
            and self.repeated == other.repeated
            and self.stale == other.stale
        )

    __hash__ = None  # type: ignore[assignment]

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
        for item, status in self.input_status.items():
            self.input_status[item] = cleaned(status)
        for place, status in self.stale.items():
            self.stale[place] = cleaned(status)
        for item, fields in self.fields.items():
            self.fields[item] = {
                key: Binding(cleaned(field.values), cleaned(field.marks))
                for key, field in fields.items()
            }

    def rewrite(
        self, item: Object, change: Callable[[Object, Guard], Mapping[Object, Guard]]
    ) -> None:
        """Replace every reference to an object by what a function makes of it and its guard."""
        self.version += 1
        for root, binding in self.bindings.items():
            self.bindings[root] = rewritten(binding, item, change)
        for holder, fields in self.fields.items():
            if any(_mentions_any(field, item) for field in fields.values()):
                self.fields[holder] = {
                    key: rewritten(field, item, change) for key, field in fields.items()
                }

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
        reached: set[Object] = set()
        waiting = [
            item
            for binding in self.bindings.values()
            for value in binding.values
            for item in objects_within(value)
        ]
        waiting += [holder for holder in self.fields if holder.origin.is_input]
        while waiting:
            item = waiting.pop().identity
            if item in reached:
                continue
            reached.add(item)
            for field in self.fields.get(item, {}).values():
                for value in field.values:
                    waiting += objects_within(value)
        self.fields = {item: held for item, held in self.fields.items() if item in reached}
        self.represents = {item: held for item, held in self.represents.items() if item in reached}
        self.derived = {item: held for item, held in self.derived.items() if item in reached}

    def objects(self) -> Iterator[Object]:
        """All objects that something refers to, possibly several times."""
        for binding in self.bindings.values():
            for value in binding.values:
                yield from objects_within(value)
        for fields in self.fields.values():
            for binding in fields.values():
                for value in binding.values:
                    yield from objects_within(value)

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
        if old in self.represents:
            self.represents[new] = self.represents.get(new, frozenset()) | self.represents.pop(old)
        if old in self.derived:
            self.derived[new] = self.derived.get(new, frozenset()) | self.derived.pop(old)
        if old in self.handed_over:
            self.handed_over = self.handed_over - {old} | {new}


def renamed(binding: Binding, old: Object, new: Object) -> Binding:
    """A binding with one object replaced by another, dead or alive as it was."""
    return rewritten(binding, old, lambda item, guard: {new._replace(events=item.events): guard})


def rewritten(
    binding: Binding, item: Object, change: Callable[[Object, Guard], Mapping[Object, Guard]]
) -> Binding:
    """A binding with every reference to an object replaced by what a function makes of it."""
    if not _mentions_any(binding, item):
        return binding
    values: dict[Value, Guard] = {}
    for value, guard in binding.values.items():
        found = [held for held in objects_within(value) if same_object(held, item)]
        if not found:
            _add(values, value, guard)
            continue
        for new, new_guard in change(found[0], guard).items():
            _add(values, substitute(value, item, new), new_guard)
    return Binding(values, binding.marks)


def same_object(left: Object, right: Object) -> bool:
    """Whether two references are to one object, dead or alive."""
    return left[:3] == right[:3]


def _mentions_any(binding: Binding, item: Object) -> bool:
    return any(
        same_object(held, item) for value in binding.values for held in objects_within(value)
    )


def substitute(value: Value, old: Object, new: Object) -> Value:
    """The value with one object in it replaced, also inside bound methods and partials."""
    if isinstance(value, Object):
        return new if same_object(value, old) else value
    if not any(same_object(held, old) for held in objects_within(value)):
        return value
    replaced: Value = type(value)._make(_substitute_part(part, old, new) for part in value)
    return replaced


def _substitute_part(part: object, old: Object, new: Object) -> object:
    if isinstance(part, VALUE_TYPES):
        return substitute(part, old, new)
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


_Sided = tuple[Mapping[_Entry, Guard], Conjunction]


def _merge(sides: Sequence[_Sided[_Entry]]) -> Mapping[_Entry, Guard]:
    """The entries of several sides, each under what holds on its side only."""
    first = sides[0][0]
    if all(entries is first or entries == first for entries, _ in sides[1:]):
        return first
    merged: dict[_Entry, Guard] = {}
    for entry in dict.fromkeys(entry for entries, _ in sides for entry in entries):
        guards = [entries.get(entry) for entries, _ in sides]
        if all(guard == guards[0] for guard in guards) and guards[0] is not None:
            merged[entry] = guards[0]
            continue
        together: Guard | None = None
        for guard, (_, extra) in zip(guards, sides, strict=True):
            if guard is not None:
                here = under(guard, extra)
                together = here if together is None else either(together, here)
        assert together is not None
        merged[entry] = together
    return merged


def _merge_bindings(sides: Sequence[tuple[Binding, Conjunction]]) -> Binding:
    first = sides[0][0]
    if all(binding is first for binding, _ in sides[1:]):
        return first
    return Binding(
        _merge([(binding.values, extra) for binding, extra in sides]),
        _merge([(binding.marks, extra) for binding, extra in sides]),
    )


def merge_bindings(left: Binding, right: Binding) -> Binding:
    """The binding that holds whatever either of two may hold."""
    return _merge_bindings([(left, NO_FACTS), (right, NO_FACTS)])


def join_bindings(sides: Sequence[tuple[Memory, Binding]]) -> Binding:
    """The binding after any of several paths, each given with its memory."""
    common = frozenset.intersection(*(memory.facts for memory, _ in sides))
    return _merge_bindings([(binding, memory.facts - common) for memory, binding in sides])


def join(
    memories: Sequence[Memory],
    default_binding: Callable[[Root], Binding | None],
    default_field: Callable[[Object, Key], Binding | None],
) -> Memory:
    """The memory after any of several paths.

    All at once and not two by two: an entry of which only one path differs then is under "by one
    of the other edges" on these, and not under no condition.

    Args:
        memories: those at the ends of the paths; none is changed.
        default_binding: what a name holds that a path has not touched (inputs are only written
            down when they are first looked at); None if it holds nothing.
        default_field: the same for a field.
    """
    if len(memories) == 1:
        return memories[0]
    common = frozenset.intersection(*(memory.facts for memory in memories))
    extras = [memory.facts - common for memory in memories]
    joined = Memory()
    joined.facts = common
    for memory in memories:
        joined.handed_over |= memory.handed_over
        joined.reads |= memory.reads
        joined.repeated |= memory.repeated
        for item, represented in memory.represents.items():
            known = joined.represents.get(item)
            joined.represents[item] = represented if known is None else known | represented
        for item, sources in memory.derived.items():
            joined.derived[item] = joined.derived.get(item, frozenset()) | sources
    for place in dict.fromkeys(place for memory in memories for place in memory.stale):
        joined.stale[place] = _merge(
            [
                (memory.stale.get(place, ALIVE), extra)
                for memory, extra in zip(memories, extras, strict=True)
            ]
        )
    for root in dict.fromkeys(root for memory in memories for root in memory.bindings):
        found = [memory.bindings.get(root) for memory in memories]
        if any(binding is None for binding in found):
            default = default_binding(root)
            found = [default if binding is None else binding for binding in found]
        sides = [
            (binding, extra)
            for binding, extra in zip(found, extras, strict=True)
            if binding is not None
        ]
        joined.bindings[root] = _merge_bindings(sides)
    for item in dict.fromkeys(item for memory in memories for item in memory.input_status):
        joined.input_status[item] = _merge(
            [
                (memory.input_status.get(item, ALIVE), extra)
                for memory, extra in zip(memories, extras, strict=True)
            ]
        )
    for item in dict.fromkeys(item for memory in memories for item in memory.fields):
        joined.fields[item] = _join_fields(item, memories, extras, default_field)
    return joined


def widen(before: Memory, joined: Memory) -> Memory:
    """A memory above two, of which the second is above the first but for its guards.

    Guards can change for ever: joins add conditions, and bounds drop some again.  And where a loop
    builds many objects out of each other, what they hold grows for long.  So an entry whose guard
    has changed, or that is new, holds always from here on, and of new values only the affine
    objects are kept; the others are no longer known.

    Args:
        before: the memory at a block's entry so far.
        joined: the one that is to take its place; changed.
    """
    joined.facts = joined.facts & before.facts
    joined.handed_over |= before.handed_over
    joined.reads |= before.reads
    joined.repeated |= before.repeated
    for item, represented in before.represents.items():
        joined.represents[item] = joined.represents.get(item, frozenset()) | represented
    for item, sources in before.derived.items():
        joined.derived[item] = joined.derived.get(item, frozenset()) | sources
    for root, binding in {**before.bindings, **joined.bindings}.items():
        joined.bindings[root] = _widen_binding(before.bindings.get(root, binding), binding)
    for holder, fields in {**before.fields, **joined.fields}.items():
        known = before.fields.get(holder, {})
        joined.fields[holder] = {
            key: _widen_binding(known.get(key, field), field)
            for key, field in {**known, **fields}.items()
        }
    for item, status in {**before.input_status, **joined.input_status}.items():
        joined.input_status[item] = _widen(before.input_status.get(item, {}), status)
    for place, status in {**before.stale, **joined.stale}.items():
        joined.stale[place] = _widen(before.stale.get(place, {}), status)
    return joined


def _widen_binding(before: Binding, joined: Binding) -> Binding:
    values: dict[Value, Guard] = {}
    for value, guard in _widen(before.values, joined.values).items():
        known = value in before.values or (isinstance(value, Object) and value.is_affine)
        if known:
            values[value] = guard
        else:
            values[UNKNOWN_VALUE] = ALWAYS
    return Binding(values, _widen(before.marks, joined.marks))


def _widen(
    before: Mapping[_Entry, Guard], joined: Mapping[_Entry, Guard]
) -> Mapping[_Entry, Guard]:
    return {
        entry: guard if before.get(entry) == guard else ALWAYS
        for entry, guard in {**before, **joined}.items()
    }


def _join_fields(
    item: Object,
    memories: Sequence[Memory],
    extras: Sequence[Conjunction],
    default_field: Callable[[Object, Key], Binding | None],
) -> Mapping[Key, Binding]:
    present = [
        (memory.fields.get(item, {}), extra)
        for memory, extra in zip(memories, extras, strict=True)
        # What was made by the body exists on those paths only that have made it.
        if item in memory.fields or item.origin.is_input
    ]
    first = present[0][0]
    if all(fields is first for fields, _ in present[1:]):
        return first
    joined: dict[Key, Binding] = {}
    for key in dict.fromkeys(key for fields, _ in present for key in fields):
        found = [fields.get(key) for fields, _ in present]
        if any(binding is None for binding in found):
            default = default_field(item, key)
            found = [default if binding is None else binding for binding in found]
        joined[key] = _merge_bindings(
            [
                (binding, extra)
                for binding, (_, extra) in zip(found, present, strict=True)
                if binding is not None
            ]
        )
    return joined
