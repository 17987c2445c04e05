"""Where paths meet: the memory after any of several, and the widening of loops.

All paths at once and not two by two: an entry of which only one path differs is then under "by one
of the other edges" on these, and not under no condition.

Worked example.  `if a: s = f(s)` ends in two memories, one with the fact `a`, one with `not a`.
Joined, `s` holds what it holds on either path, each under the fact of that path; whatever is the
same object on both is not looked at.  What has become too much to be told apart is summed up
(`flow/crowds.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import TypeVar

from mypy_eqxstate.flow.bindings import (
    ALIVE,
    Binding,
    Entry,
    Status,
    merge_entries,
    merge_sides,
)
from mypy_eqxstate.flow.crowds import is_crowded, sum_up, with_few_events
from mypy_eqxstate.flow.guards import ALWAYS, Conjunction, Guard
from mypy_eqxstate.flow.heap import is_display
from mypy_eqxstate.flow.memory import Memory, Root
from mypy_eqxstate.flow.values import UNKNOWN_VALUE, Object, Value
from mypy_eqxstate.ir.model import ELEMENTS, Item, Key

_Key = TypeVar("_Key", bound=Hashable)


def join_bindings(sides: Sequence[tuple[Memory, Binding]]) -> Binding:
    """The binding after any of several paths, each given with its memory."""
    common = frozenset.intersection(*(memory.facts for memory, _ in sides))
    return merge_sides([(binding, memory.facts - common) for memory, binding in sides])


def join(
    memories: Sequence[Memory],
    default_binding: Callable[[Root], Binding | None],
    default_field: Callable[[Object, Key], Binding | None],
) -> Memory:
    """The memory after any of several paths.

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
    joined.stale = _join_statuses([memory.stale for memory in memories], extras)
    joined.bindings = dict(memories[0].bindings)
    crowded = False
    for root in _differing([memory.bindings for memory in memories]):
        found = [memory.bindings.get(root) for memory in memories]
        if any(binding is None for binding in found):
            default = default_binding(root)
            found = [default if binding is None else binding for binding in found]
        sides = [
            (binding, extra)
            for binding, extra in zip(found, extras, strict=True)
            if binding is not None
        ]
        if len(sides) < len(memories):
            # An arm of a conditional expression, say: on its path only what is possible there.
            sides = [(binding.given(extra), extra) for binding, extra in sides]
        joined.bindings[root] = merged = merge_sides(sides)
        crowded = crowded or is_crowded(merged)
    joined.input_status = _join_statuses([m.input_status for m in memories], extras)
    joined.fields = dict(memories[0].fields)
    for item in _differing([memory.fields for memory in memories]):
        joined.fields[item] = fields = _join_fields(item, memories, extras, default_field)
        crowded = crowded or any(map(is_crowded, fields.values()))
    if crowded:
        sum_up(joined)
    return joined


def _join_statuses(
    sides: Sequence[Mapping[_Key, Status]], extras: Sequence[Conjunction]
) -> dict[_Key, Status]:
    """The statuses after any of several paths; what a path has not touched is alive on it."""
    return {
        key: with_few_events(
            merge_entries(
                [(side.get(key, ALIVE), extra) for side, extra in zip(sides, extras, strict=True)]
            )
        )
        for key in dict.fromkeys(key for side in sides for key in side)
    }


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


def _widen(before: Mapping[Entry, Guard], joined: Mapping[Entry, Guard]) -> Mapping[Entry, Guard]:
    return {
        entry: guard if before.get(entry) == guard else ALWAYS
        for entry, guard in {**before, **joined}.items()
    }


def _differing(sides: Sequence[Mapping[Entry, object]]) -> Collection[Entry]:
    """The keys under which not all mappings have one and the same object, in order."""
    first = sides[0]
    found: dict[Entry, None] = {}
    for other in sides[1:]:
        shared = 0
        for key, held in other.items():
            known = first.get(key)
            if known is not held:
                found[key] = None
            if known is not None:
                shared += 1
        if shared < len(first):
            found.update((key, None) for key in first if key not in other)
    return found


def _element(item: Object, key: Key, fields: Mapping[Key, Binding]) -> Binding | None:
    """What an item of a list is that was not looked at by its index: any element."""
    return fields.get(ELEMENTS) if isinstance(key, Item) and is_display(item) else None


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
    differing = _differing([fields for fields, _ in present])
    if not differing:
        return present[0][0]
    joined = dict(present[0][0])
    for key in differing:
        found = [fields.get(key) for fields, _ in present]
        if any(binding is None for binding in found):
            default = default_field(item, key)
            found = [
                _element(item, key, fields) or default if binding is None else binding
                for binding, (fields, _) in zip(found, present, strict=True)
            ]
        joined[key] = merge_sides(
            [
                (binding, extra)
                for binding, (_, extra) in zip(found, present, strict=True)
                if binding is not None
            ]
        )
    return joined
