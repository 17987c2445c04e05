"""What a consumption does to each reference of an object.

A reference is an object in a binding, under a guard.  The consumption came through one binding,
which held the object under a guard of its own.  Where the two guards exclude each other nothing
has happened to the reference; where the second follows from the first it is dead for sure; else it
is split in two, a dead and a living one.

Worked example.  `t` holds `S` always, `s` holds `S` if `a` and `N` otherwise.  `s.set(i, v)`
consumes `S` if `a`: `s` holds `S dead if a`, and `t` holds `S dead if a` and `S if not a`.

Limit: where the guard is of more than one conjunction, the living part keeps the whole guard,
because guards can't say "not".  So `t` may be alive on every path.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from mypy_eqxstate.flow.bindings import LIVE, Status
from mypy_eqxstate.flow.guards import Conjunction, Guard, both, either, exclusive, implied
from mypy_eqxstate.flow.values import NO_EVENTS, Event, Object, Origin
from mypy_eqxstate.oracle.shapes import AffineShape

_SOME: Final = Object(Origin("", -1, None), AffineShape(""))


class Fate(NamedTuple):
    """What a consumption does to references of an object.

    Attributes:
        event: the consumption.
        guard: under which the binding that it came through held this object.
        surely: there the object is dead for sure.
        split: the guards under which the callee consumes, and does not.
        spared: the guard under which the binding surely held something else; None if that can't
            be said.
    """

    event: Event
    guard: Guard
    surely: bool
    split: tuple[Guard, Guard] | None
    spared: Guard | None = None

    def of_reference(self, item: Object, guard: Guard, facts: Conjunction) -> dict[Object, Guard]:
        """What becomes of a reference with a guard."""
        if item.events or exclusive(guard, self.guard):
            return {item: guard}
        dead = item.with_events(frozenset({self.event}))
        if self.split is not None:
            dead_if, alive_if = self.split
            return {dead: both(guard, dead_if), item: both(guard, alive_if)}
        if self.surely and implied(guard, self.guard, facts):
            return {dead: guard}
        living = guard
        if self.surely and self.spared is not None:
            if exclusive(guard, self.spared):
                return {dead: guard}
            living = both(guard, self.spared)
        return {item: living, dead: both(guard, self.guard)}

    def of_status(self, status: Status, facts: Conjunction) -> Status:
        """What becomes of the status of an input."""
        changed = dict(status)
        alive = changed.pop(LIVE, None)
        if alive is None:
            return status
        for item, guard in self.of_reference(_SOME, alive, facts).items():
            if item.events == NO_EVENTS:
                changed[LIVE] = guard
            else:
                known = changed.get(self.event)
                changed[self.event] = guard if known is None else either(known, guard)
        return changed
