"""Storing something in a field where it isn't known which of several objects holds the field.

Through a name that may hold `H` or `K`, `holder.state = new` changes one of the two, and the name's
own field is new in either case.  Three ways to say so, the most exact one first:

- an object to which nothing else refers is no matter unless the name holds it: its field is new;
- where the name holds `H` if `p` and `K` if not, the field of `H` is new if `p` and stays as it was
  if not;
- else the name holds `H` under a new condition, "this store was one to `H`", and so does the field.

Worked example.  After `holder = H` and `for x in xs: holder = replace(holder, step=x)` the name may
hold `H` or what the loop has made last.  `holder.state = f(holder.state)` consumes what both hold;
what `holder.state` holds from then on is alive.

Limits.  The new condition is forgotten in the next turn of a loop.  Of an object that sums up those
of several turns, and to which something else refers, what the field held before stays possible.
"""

from __future__ import annotations

from functools import reduce
from itertools import combinations
from typing import TYPE_CHECKING, Final

from mypy_eqxstate.flow.bindings import Binding, entries_under, merge_bindings
from mypy_eqxstate.flow.guards import Guard, both, exclusive
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import Object
from mypy_eqxstate.ir.model import Elements, Key, Place

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis

MAXIMAL_HOLDERS: Final = 4


def store(
    analysis: BodyAnalysis,
    memory: Memory,
    holders: Binding,
    place: Place | None,
    key: Key,
    binding: Binding,
) -> None:
    """Store something under a key of the one object that a name holds.

    Args:
        analysis: of the body at work.
        memory: changed.
        holders: what the name may hold.
        place: the name, or a path from one, if there is any.
        key: of the field.
        binding: what is stored.
    """
    heap = analysis.heap
    objects = [value for value in holders.values if isinstance(value, Object)]
    guards: list[Guard] | None = None
    if place is not None and not isinstance(key, Elements) and len(objects) > 1:
        guards = _told_apart(analysis, memory, holders, place, key)
    for number, item in enumerate(objects):
        if place is not None and _is_held_only_at(memory, item.identity, place):
            heap.replace(memory, item, key, binding)
        elif guards is None or not item.recent:
            heap.write(memory, item, key, binding, len(holders.values) == 1)
        else:
            before = heap.read(memory, item, key)
            parts = [_under(binding, guards[number])]
            if before is not None:
                parts += [_under(before, guard) for guard in guards if guard is not guards[number]]
            held = [part for part in parts if part is not None]
            heap.replace(memory, item, key, reduce(merge_bindings, held))


def _under(binding: Binding, guard: Guard) -> Binding | None:
    """What is left of a binding under a guard, if anything."""
    values = entries_under(binding.values, guard)
    marks = entries_under(binding.marks, guard)
    return Binding(values, marks) if values and marks else None


def _is_held_only_at(memory: Memory, item: Object, place: Place) -> bool:
    """Whether nothing but one name refers to an object."""
    if place.path or item.origin.is_input:
        return False
    for root, binding in memory.bindings.items():
        if item in binding.objects and root != place.variable and not isinstance(root, int):
            return False
    return not any(
        item in field.objects for fields in memory.fields.values() for field in fields.values()
    )


def _told_apart(
    analysis: BodyAnalysis, memory: Memory, holders: Binding, place: Place, key: Key
) -> list[Guard] | None:
    """For each of the objects that a place may hold: a guard under which it is this one.

    Afterwards the place holds each under its guard.  None if that can't be said.
    """
    ownership = analysis.ownership
    guards = list(holders.values.values())
    if len(guards) > MAXIMAL_HOLDERS or not all(isinstance(v, Object) for v in holders.values):
        return None
    current = ownership.places.at(memory, place)
    if current is None or current.values != holders.values:
        return None
    if all(exclusive(one, other) for one, other in combinations(guards, 2)):
        return guards
    fields = [analysis.heap.read(memory, item, key) for item in holders.objects]
    if not any(field is not None and ownership.holdings.classes(memory, field) for field in fields):
        return None
    question = f"{analysis.operation_number}:holder"
    analysis.note_call_conditions(frozenset({question}))
    told_apart = {
        value: both(guard, frozenset({frozenset({(question, number)})}))
        for number, (value, guard) in enumerate(holders.values.items())
    }
    ownership.places.put(memory, place, Binding(told_apart, current.marks))
    return list(told_apart.values())
