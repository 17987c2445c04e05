"""Which objects of a body are newer versions of which others.

A function that is given two States may hand back a newer version of each, and its caller may keep
one of them only: in `y, a, _ = both(x, a, b)` the State `b` is as good as before, if what is thrown
away is the newer `b`.  So it is noted which objects an operation takes over.  What it makes has
these before it; and what a callee makes of several arguments, those that its summary says.

Worked example.  In ::

    def both(x, a, b):
        x, a = first(x, a)      # takes over the input `a`; makes a State
        x, b = second(x, b)     # the same with `b`
        return x, a, b

item 1 of the result has the input `a` before it, item 2 the input `b`.

Limit: what is known holds for all turns of a loop together, and of what a loop of JAX makes, all
that it takes over comes before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mypy_eqxstate.flow.values import Object, Origin


class Succession:
    """The order of the versions in one body."""

    def __init__(self) -> None:
        self._taken: dict[int, set[Origin]] = {}
        self._before: dict[Origin, set[Origin]] = {}

    def note_taken(self, operation: int, items: Iterable[Object]) -> None:
        """An operation has taken over some objects."""
        self._taken.setdefault(operation, set()).update(item.origin for item in items)

    def note_before(self, newer: Object, older: Iterable[Object]) -> None:
        """Of all that its operation takes over, an object is a newer version of some only."""
        self._before.setdefault(newer.origin, set()).update(item.origin for item in older)

    def may_follow(self, newer: Object, older: Collection[Object]) -> bool:
        """Whether an object may be the next version of one of some others."""
        before = self._before.get(newer.origin)
        return before is None or not older or any(item.origin in before for item in older)

    def inputs_before(self, newer: Object) -> set[Origin]:
        """The inputs of the body that an object is a newer version of."""
        found: set[Origin] = set()
        seen = {newer.origin}
        waiting = [newer.origin]
        while waiting:
            origin = waiting.pop()
            if origin.is_input:
                found.add(origin)
                continue
            before = self._before.get(origin)
            if before is None:
                before = self._taken.get(origin.operation, set())
            waiting += before - seen
            seen |= before
        return found
