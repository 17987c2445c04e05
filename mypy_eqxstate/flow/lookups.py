"""What the names of a module stand for, and which summaries rest on that.

A function that is called while the body of its module is still being solved meets the names as they
are by then.  Its summary holds as long as they mean the same.  So what was looked up is noted with
it, and before it serves again the names are looked up again.

Worked example::

    def clone(s): return jax.tree.map(lambda x: x, s)
    spare = clone(initial)         # solved here: rests on `jax`
    def main(): return clone(spare)
    main()                         # `clone` rests on the same `jax`: not solved again

`main` rests on `clone`, `spare` and, through the summary of `clone`, on `jax`.

Limit: of what a name holds only the kind counts, as in a context (`flow/abstraction.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mypy_eqxstate.flow.abstraction import Kind, shape_of
from mypy_eqxstate.flow.bindings import Binding
from mypy_eqxstate.flow.heap import Heap
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import Object
from mypy_eqxstate.ir.model import Variable

MAXIMAL_DEPTH = 2


class Record:
    """What one summary rests on.

    Attributes:
        looked_up: names of modules, each with what it stood for.
        rests_on: the records of other summaries that were used.
        evidence: how much uses had shown of values of the body when it was solved.
        outdated: the summary is to be worked out anew, whatever the names mean.
    """

    __slots__ = ("_held_at", "evidence", "looked_up", "outdated", "rests_on")

    def __init__(
        self,
        looked_up: Mapping[tuple[Names, Variable], Kind | None] | None = None,
        rests_on: Collection[Record] = (),
    ) -> None:
        self.looked_up = dict(looked_up or {})
        self.rests_on = set(rests_on)
        self.outdated = False
        self.evidence = 0
        self._held_at = -1

    def holds(self, time: int) -> bool:
        """Whether all names still mean the same.

        Args:
            time: by `Lookups.time`; as long as it is the same, so is the answer.
        """
        if self._held_at == time:
            return True
        if self.outdated:
            return False
        for (names, variable), meaning in self.looked_up.items():
            if names.meaning(variable) != meaning:
                return False
        for record in self.rests_on:
            if not record.holds(time):
                return False
        self._held_at = time
        return True


class Lookups:
    """Notes what the bodies that are being solved look up.

    Attributes:
        time: grows whenever names may have come to mean something else.
    """

    def __init__(self) -> None:
        self.time = 0
        self._at_work: list[Record] = []

    def note(self, names: Names, variable: Variable, meaning: Kind | None) -> None:
        """A name was looked up."""
        if self._at_work:
            self._at_work[-1].looked_up[names, variable] = meaning

    def rest_on(self, record: Record) -> None:
        """A summary was used."""
        if self._at_work:
            self._at_work[-1].rests_on.add(record)

    def begin(self) -> Record:
        """A body is going to be solved: what is looked up until `end` counts for it."""
        record = Record()
        self._at_work.append(record)
        return record

    @property
    def at_work(self) -> Record | None:
        """What the body at work rests on, as far as it was looked up by now."""
        return self._at_work[-1] if self._at_work else None

    def end(self) -> None:
        """The body that was begun last is solved, and whoever asked for it rests on it."""
        self.rest_on(self._at_work.pop())


class Names:
    """What the body of one module, and the class bodies in it, have bound their names to so far.

    Args:
        lookups: where look-ups are noted.
    """

    def __init__(self, lookups: Lookups) -> None:
        self.lookups = lookups
        self._members: dict[Variable, Binding] = {}
        self._settled: dict[Variable, Kind] = {}
        self._memory: Memory | None = None
        self._heap: Heap | None = None

    @property
    def known(self) -> bool:
        """Whether the module body is being solved, or was."""
        return self._memory is not None or bool(self._settled)

    def proceed(self, memory: Memory, heap: Heap) -> None:
        """The module body is being solved and has got to some operation."""
        self._memory, self._heap = memory, heap
        self.lookups.time += 1

    def interrupt(self) -> None:
        """The module body is not being solved any more."""
        self._memory = self._heap = None
        self.lookups.time += 1

    def settle(self, memory: Memory, heap: Heap) -> None:
        """The module body is solved."""
        self.interrupt()
        self._settled = {
            root: _kind(memory, binding, heap)
            for root, binding in memory.bindings.items()
            if isinstance(root, Variable) and root.owner == ""
        }

    def bind_member(self, variable: Variable, binding: Binding) -> None:
        """A class body has bound a name."""
        self._members[variable] = binding
        self.lookups.time += 1

    def meaning(self, variable: Variable) -> Kind | None:
        """What a name stands for now; None if it was not bound yet."""
        if "." in variable.name:
            member = self._members.get(variable)
            return None if member is None else tuple(member.values)
        if self._memory is not None and self._heap is not None:
            binding = self._memory.bindings.get(variable)
            if binding is not None:
                return _kind(self._memory, binding, self._heap)
        return self._settled.get(variable)

    def look_up(self, variable: Variable) -> Kind | None:
        """The same, noted for the summaries that are being worked out."""
        meaning = self.meaning(variable)
        self.lookups.note(self, variable, meaning)
        return meaning


def _kind(memory: Memory, binding: Binding, heap: Heap) -> Kind:
    return tuple(
        shape_of(memory, value, heap, MAXIMAL_DEPTH) if isinstance(value, Object) else value
        for value in binding.values
    )
