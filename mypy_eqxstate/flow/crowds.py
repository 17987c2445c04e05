"""Crowds: a name may hold so many different things that they are summed up.

After `if a: s = s.set(i, 1)` a name holds one of two objects, and after a thousand such branches
one of a thousand and one.  To carry all of them from branch to branch would take the square of the
length of the function and more, and nobody reads a message that names them all.  So where paths
meet, of a binding with more than `MAXIMAL_VALUES` values

- the States of one class become one, if they are referred to by the same bindings.  Where that is
  a single binding which holds one of them at a time, it is one object: whatever the name holds.
  Otherwise it stands for several, and to consume it consumes perhaps the one that is meant.  The
  same goes for tuples, and for objects of which no field is known;
- constants become plain data, and what is known by its full name only is not known any more;
- of the calls that an object or a name is old by, the first `MAXIMAL_EVENTS` are told apart, and
  the others count as the last of these.

Worked example.  Behind the branches above `s` holds `{S, N1, N2, ...}`, and nothing else refers to
any `N`.  So it holds `{S, N}` from then on.

Limits: inputs are not summed up, because the summary of the body says what becomes of each.  Nor
are functions, objects with fields (what is stored in one would be in all of them), and what is
known to be an element of a container or a copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy_eqxstate.flow.bindings import Binding, Status, add_entry
from mypy_eqxstate.flow.guards import Guard, either
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import (
    PLAIN_VALUE,
    REPORTED,
    SEVERAL,
    UNKNOWN_VALUE,
    Event,
    Literal,
    Object,
    Symbol,
    Value,
)
from mypy_eqxstate.ir.model import Elements
from mypy_eqxstate.oracle.shapes import TupleShape

MAXIMAL_VALUES: Final = 24
MAXIMAL_EVENTS: Final = 16


def is_crowded(binding: Binding) -> bool:
    """Whether a binding holds more than is told apart."""
    return len(binding.values) > MAXIMAL_VALUES or len(binding.marks) > MAXIMAL_EVENTS


def sum_up(memory: Memory) -> None:
    """Sum up what the crowded bindings of a memory hold."""
    together = _together(memory)
    if together:
        memory.rename_all(together)
    for root, binding in memory.bindings.items():
        if is_crowded(binding):
            memory.bindings[root] = _thinned(binding)
    for holder, fields in memory.fields.items():
        if any(map(is_crowded, fields.values())):
            memory.fields[holder] = {
                key: _thinned(field) if is_crowded(field) else field
                for key, field in fields.items()
            }


def with_few_events(status: Status) -> Status:
    """A status that tells no more than `MAXIMAL_EVENTS` events apart."""
    if len(status) <= MAXIMAL_EVENTS:
        return status
    found = dict(status)
    for invalidates in (False, True):
        events = sorted(
            event
            for event in status
            if isinstance(event, Event) and event.invalidates is invalidates
        )
        for event in events[MAXIMAL_EVENTS:]:
            last = events[MAXIMAL_EVENTS - 1]
            found[last] = either(found[last], found.pop(event))
    return found


def _together(memory: Memory) -> dict[Object, Object]:
    """What is to stand for each of the objects that are summed up; by identity."""
    crowd: dict[Object, None] = {}
    held_at_once: set[Object] = set()
    holders: dict[Object, dict[int, None]] = {}
    for number, (binding, one_at_a_time) in enumerate(_all_bindings(memory)):
        for item in binding.objects:
            holders.setdefault(item, {})[number] = None
        direct = {value.identity for value in binding.values if type(value) is Object}
        held_at_once.update(item for item in binding.objects if item not in direct)
        if not one_at_a_time:
            held_at_once |= direct
        if is_crowded(binding):
            crowd.update(dict.fromkeys(direct))
    kept = {*memory.represents, *memory.derived, *memory.repeated}
    kept.update(*memory.represents.values())
    kept.update(source for sources in memory.derived.values() for _, source in sources)
    groups: dict[tuple[object, ...], list[Object]] = {}
    for item in crowd:
        if not item.origin.is_input and item not in kept and _is_simple(memory, item):
            group = (item.shape, item.recent, item.origin.body, *holders[item])
            groups.setdefault(group, []).append(item)
    found: dict[Object, Object] = {}
    for items in groups.values():
        if len(items) > 1:
            first = min(items, key=_made)
            alone = len(holders[first]) == 1 and held_at_once.isdisjoint(items)
            for item in items:
                found[item] = _standing_for(first, alone)
    return {item: new for item, new in found.items() if item is not new}


def _is_simple(memory: Memory, item: Object) -> bool:
    """Whether nothing gets entangled if an object becomes one with another: it can't be changed."""
    return isinstance(item.shape, TupleShape) or not memory.fields.get(item)


def _all_bindings(memory: Memory) -> Iterator[tuple[Binding, bool]]:
    """All bindings, and whether each holds one of its values at a time."""
    for binding in memory.bindings.values():
        yield binding, True
    for holder, fields in memory.fields.items():
        for key, field in fields.items():
            yield field, holder.recent and not isinstance(key, Elements)


def _made(item: Object) -> tuple[bool, int, str]:
    """Puts first what stands for several already, then what was made first."""
    return SEVERAL not in item.origin.path, item.origin.operation, repr(item.origin.path)


def _standing_for(first: Object, alone: bool) -> Object:
    origin = first.origin
    if first.is_affine and SEVERAL not in origin.path:
        origin = origin.child(SEVERAL)
    return Object(origin, first.shape, first.recent and alone)


def _thinned(binding: Binding) -> Binding:
    """A binding with fewer constants and fewer ways in which something is old."""
    values: dict[Value, Guard] = {}
    told: dict[Object, list[Object]] = {}
    for value in binding.values:
        if isinstance(value, Object) and value.events and REPORTED not in value.events:
            told.setdefault(value.identity, []).append(value)
    last: dict[Object, Object] = {}
    for versions in told.values():
        versions.sort(key=lambda item: sorted(item.events))
        for version in versions[MAXIMAL_EVENTS:]:
            last[version] = versions[MAXIMAL_EVENTS - 1]
    for value, guard in binding.values.items():
        kept: Value = value
        if isinstance(value, Object):
            kept = last.get(value, value)
        elif isinstance(value, Literal) and not isinstance(value.value, bool | None):
            kept = PLAIN_VALUE
        elif isinstance(value, Symbol):
            kept = UNKNOWN_VALUE
        add_entry(values, kept, guard)
    return Binding(values, with_few_events(binding.marks))
