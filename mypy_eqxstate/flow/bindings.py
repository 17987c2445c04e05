"""Bindings: what a name, temporary or field may hold, and how several bindings become one.

A binding is a set of values, each under a guard (`flow/guards.py`), and *marks*: which calls have
taken over what the place held and gave back something newer.  **LIVE** among the marks stands for a
path on which nothing of the kind has happened.

Worked example.  Where the paths of `if a: s = f(s)` meet, `s` holds `{new: a, old: not a}`.

A binding is never changed in place, and what stays the same stays the same object: memories are
copied at every branch, and what two of them share need not be looked at when they meet again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

from mypy_eqxstate.flow.guards import (
    ALWAYS,
    NO_FACTS,
    Conjunction,
    Guard,
    both,
    either,
    excluded,
    exclusive,
    under,
    without,
)
from mypy_eqxstate.flow.values import (
    HOLDING_NOTHING,
    PLAIN_VALUE,
    UNKNOWN_VALUE,
    VALUE_TYPES,
    Event,
    Object,
    Value,
    objects_within,
)
from mypy_eqxstate.ir.model import Key

Entry = TypeVar("Entry")


class Live(NamedTuple):
    """Stands for "nothing has happened on this path" among the events."""

    tag: str = "live"


LIVE: Final = Live()
Happening = Event | Live
Status = Mapping[Happening, Guard]
ALIVE: Final[Status] = {LIVE: ALWAYS}


class Binding:
    """What a name, temporary or field holds, and which calls have superseded it.

    Attributes:
        values: what it may hold, each under its guard.
        marks: which calls have superseded it, likewise.
        objects: the objects among the values and within them, regardless of whether they are dead.
    """

    __slots__ = ("_conditional", "marks", "objects", "values")

    def __init__(self, values: Mapping[Value, Guard], marks: Status = ALIVE) -> None:
        self.values = values
        self.marks = marks
        objects: tuple[Object, ...] = ()
        for value in values:
            if type(value) is Object:
                objects += value.identity.within
            elif type(value) not in HOLDING_NOTHING:
                objects += tuple([item.identity for item in objects_within(value)])
        self.objects = objects
        self._conditional: bool | None = None

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Binding) and self.values == other.values and self.marks == other.marks
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Binding(values={self.values!r}, marks={self.marks!r})"

    @property
    def is_conditional(self) -> bool:
        """Whether an entry holds under some condition only."""
        found = self._conditional
        if found is None:
            found = any(guard is not ALWAYS for guard in self.values.values()) or any(
                guard is not ALWAYS for guard in self.marks.values()
            )
            self._conditional = found
        return found

    def under(self, guard: Guard) -> Binding:
        """What a part holds of something that is there under a guard only.

        What it holds on paths on which that is not there does not count.
        """
        if guard is ALWAYS:
            return self
        values = entries_under(self.values, guard)
        return Binding(values, self.marks) if values else self

    def given(self, facts: Conjunction) -> Binding:
        """The binding without what is not there where some facts hold."""
        if not facts or not self.is_conditional:
            return self
        values = {v: guard for v, guard in self.values.items() if not excluded(guard, facts)}
        marks = {m: guard for m, guard in self.marks.items() if not excluded(guard, facts)}
        return Binding(values or self.values, marks or self.marks)

    def without_conditions(self, texts: frozenset[str]) -> Binding:
        """The binding with some questions open again."""
        if not self.is_conditional:
            return self
        values, marks = cleaned(self.values, texts), cleaned(self.marks, texts)
        if values is self.values and marks is self.marks:
            return self
        return Binding(values, marks)


def one(value: Value) -> Binding:
    """A binding to one value."""
    if value is PLAIN_VALUE:
        return _PLAIN
    if value is UNKNOWN_VALUE:
        return _UNKNOWN
    return Binding({value: ALWAYS})


_PLAIN: Final = Binding({PLAIN_VALUE: ALWAYS})
_UNKNOWN: Final = Binding({UNKNOWN_VALUE: ALWAYS})


def cleaned(entries: Mapping[Entry, Guard], texts: frozenset[str]) -> Mapping[Entry, Guard]:
    """Entries with some questions open again."""
    changed = False
    found: dict[Entry, Guard] = {}
    for entry, guard in entries.items():
        found[entry] = open_again = without(guard, texts)
        changed = changed or open_again is not guard
    return found if changed else entries


Change = Callable[[Object, Guard], Mapping[Object, Guard]]
"""What becomes of a reference to an object that holds under a guard."""


def renaming(new: Object) -> Change:
    """The change for `rewritten` that puts an object in its place, dead or alive as the old one."""
    return lambda item, guard: {new.with_events(item.events): guard}


def renamed(binding: Binding, old: Object, new: Object) -> Binding:
    """A binding with one object replaced by another."""
    return rewritten(binding, {old.identity: renaming(new)})


def rewritten(binding: Binding, changes: Mapping[Object, Change]) -> Binding:
    """A binding with every reference to some objects replaced by what functions make of it.

    Args:
        binding: not changed itself.
        changes: by the identity of the object.
    """
    if changes.keys().isdisjoint(binding.objects):
        return binding
    values: dict[Value, Guard] = {}
    for value, guard in binding.values.items():
        if type(value) is Object:
            change = changes.get(value.identity)
            if change is None:
                add_entry(values, value, guard)
            else:
                for new, new_guard in change(value, guard).items():
                    add_entry(values, new, new_guard)
            continue
        versions: dict[Value, Guard] = {value: guard}
        first = {held.identity: held for held in reversed(objects_within(value))}
        for identity, held in first.items():
            change = changes.get(identity)
            if change is not None:
                changed: dict[Value, Guard] = {}
                for version, under_guard in versions.items():
                    for new, new_guard in change(held, under_guard).items():
                        add_entry(changed, substitute(version, held, new), new_guard)
                versions = changed
        for version, under_guard in versions.items():
            add_entry(values, version, under_guard)
    return Binding(values, binding.marks)


def substitute(value: Value, old: Object, new: Object) -> Value:
    """The value with one object in it replaced, also inside bound methods and partials."""
    if isinstance(value, Object):
        return new if value.identity is old.identity else value
    if not any(held.identity is old.identity for held in objects_within(value)):
        return value
    replaced: Value = type(value)._make(_substitute_part(part, old, new) for part in value)
    return replaced


def _substitute_part(part: object, old: Object, new: Object) -> object:
    if isinstance(part, VALUE_TYPES):
        return substitute(part, old, new)
    if type(part) is tuple:
        return tuple(_substitute_part(inner, old, new) for inner in part)
    return part


def merge_fields(
    kept: Mapping[Key, Binding], moved: Mapping[Key, Binding]
) -> Mapping[Key, Binding]:
    """The fields of an object that stands for two."""
    fields = dict(kept)
    for key, binding in moved.items():
        fields[key] = merge_bindings(fields[key], binding) if key in fields else binding
    return fields


def entries_under(entries: Mapping[Entry, Guard], guard: Guard) -> dict[Entry, Guard]:
    """The entries that are possible under a guard, each under both."""
    return {
        entry: both(known, guard) for entry, known in entries.items() if not exclusive(known, guard)
    }


def add_entry(entries: dict[Entry, Guard], entry: Entry, guard: Guard) -> None:
    """Add an entry; one that is there already holds under either guard."""
    known = entries.get(entry)
    entries[entry] = guard if known is None else either(known, guard)


Sided = tuple[Mapping[Entry, Guard], Conjunction]


def merge_entries(sides: Sequence[Sided[Entry]]) -> Mapping[Entry, Guard]:
    """The entries of several sides, each under what holds on its side only."""
    first = sides[0][0]
    for entries, _ in sides:
        if entries is not first and entries != first:
            break
    else:
        return first
    found: dict[Entry, list[tuple[Guard, Conjunction]]] = {}
    for entries, extra in sides:
        for entry, guard in entries.items():
            found.setdefault(entry, []).append((guard, extra))
    merged: dict[Entry, Guard] = {}
    for entry, holding in found.items():
        common = holding[0][0]
        if len(holding) == len(sides) and all(guard == common for guard, _ in holding):
            merged[entry] = common
            continue
        together: Guard | None = None
        for guard, extra in holding:
            # What a path can't have brought about is not there.
            if not excluded(guard, extra):
                here = under(guard, extra)
                together = here if together is None else either(together, here)
        if together is not None:
            merged[entry] = together
    return first if merged == first or not merged else merged


def merge_sides(sides: Sequence[tuple[Binding, Conjunction]]) -> Binding:
    """The binding after any of several paths, each given with what holds on it only."""
    first = sides[0][0]
    for binding, _ in sides:
        if binding is not first:
            break
    else:
        return first
    values = merge_entries([(binding.values, extra) for binding, extra in sides])
    marks = merge_entries([(binding.marks, extra) for binding, extra in sides])
    if values is first.values and marks is first.marks:
        return first
    return Binding(values, marks)


def merge_bindings(left: Binding, right: Binding) -> Binding:
    """The binding that holds whatever either of two may hold."""
    return merge_sides([(left, NO_FACTS), (right, NO_FACTS)])
