"""Summaries on demand, and what happens when one is asked for while it is being computed.

`Summaries.get` answers from memory or computes.  A body that is asked for while it is being solved
answers with a provisional summary, at first "never returns".  What rests on such an answer is
provisional, too; it belongs to the *head*, the outermost body at work whose answer it rests on.
The head is solved again until no answer that was given turns out different from what came of it.
In each of its rounds the bodies that belong to it are solved once, however often they are asked
for: otherwise many functions that call each other would take for ever.

Worked example.  `even(s, n)` calls `odd`, which calls `even`.  Asked for `even`: its body is
solved, which asks for `odd`, which asks for `even` and is told "never returns".  `odd` so has a
summary that rests on `even`'s provisional one; it serves this round and belongs to `even`.  The
summary of `even` differs from "never returns", so a second round follows, in which `odd` is told
that one; the third round changes nothing, and both summaries are kept.

Limits: `MAXIMAL_ROUNDS` rounds for a recursive body, `MAXIMAL_STACK` bodies at work at once
(deeper calls count by what their signature declares).  Work is bounded, too; an operation counts
as much as the memory holds.  A function that nobody else asked for is given up after
`MAXIMAL_WORK`, what it calls after half of that, and functions that call each other after
`RECURSIVE_WORK`; a fifth of that in, the contexts of further calls count as the declared one. The
body of each other module counts for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from mypy_eqxstate.contracts.summaries import GIVEN_UP, NEVER_RETURNS, Summary
from mypy_eqxstate.flow.abstraction import Context
from mypy_eqxstate.flow.lookups import Lookups, Record
from mypy_eqxstate.flow.solver import NoFixpointError
from mypy_eqxstate.flow.summarize import alike
from mypy_eqxstate.ir.model import BodyNode

MAXIMAL_ROUNDS: Final = 6
MAXIMAL_STACK: Final = 25
MAXIMAL_WORK: Final = 6_000_000
RECURSIVE_WORK: Final = 300_000

_Key = tuple[BodyNode, Context]


class Summaries:
    """The summaries of bodies that may ask for each other's.

    Args:
        lookups: notes what they rest on besides each other.
    """

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups
        self._known: dict[_Key, tuple[Summary, Record]] = {}
        self._stack: list[_Key] = []
        self._provisional: dict[_Key, Summary] = {}
        self._rests_on: set[_Key] = set()
        # What belongs to each body at work, and of a body that belongs to one: what came of it in
        # the round before.
        self._members: dict[_Key, dict[_Key, tuple[Summary, Record]]] = {}
        self._before: dict[_Key, Summary] = {}
        self._unsettled: set[_Key] = set()
        self._work = 0
        self._inner_work = 0
        self._recursive_work = 0
        self._heads: set[_Key] = set()

    def forget(self, is_meant: Callable[[BodyNode], bool]) -> None:
        """Forget the summaries of some bodies."""
        self._known = {key: held for key, held in self._known.items() if not is_meant(key[0])}

    def forget_outdated(self, evidence: Callable[[BodyNode], int]) -> None:
        """Forget the summaries of bodies of which more was shown since, and what rests on them.

        Args:
            evidence: how much was shown of values of a body.
        """
        self._lookups.time += 1
        for (node, _), (_, record) in self._known.items():
            record.outdated = record.outdated or evidence(node) != record.evidence

    def spend(self, work: int) -> None:
        """Count work for the bodies that are being solved.

        Raises:
            NoFixpointError: it is too much.
        """
        self._work += work
        if self._heads:
            self._recursive_work += work
        if len(self._stack) > 1:
            self._inner_work += work
        if (
            self._work > MAXIMAL_WORK
            or self._inner_work > MAXIMAL_WORK // 2
            or self._recursive_work > RECURSIVE_WORK
        ):
            raise NoFixpointError("too much work")

    @contextmanager
    def separately(self) -> Iterator[None]:
        """What is solved in here has a budget of its own: the body of another module."""
        spent = (self._work, self._inner_work, self._recursive_work, self._heads)
        self._work = self._inner_work = self._recursive_work = 0
        self._heads = set()
        try:
            yield
        finally:
            asked_for = self._heads
            self._work, self._inner_work, self._recursive_work, self._heads = spent
            self._heads |= asked_for

    @property
    def has_worked_much(self) -> bool:
        """Whether functions that call each other should not be solved in further contexts."""
        return self._recursive_work > RECURSIVE_WORK // 5

    @property
    def has_heads(self) -> bool:
        """Whether a body that is being solved was asked for meanwhile."""
        return bool(self._heads)

    @property
    def rests_on_something_provisional(self) -> bool:
        """Whether the body at work was told a provisional summary, directly or not."""
        return bool(self._rests_on)

    def times_at_work(self, node: BodyNode) -> int:
        """How often a body is being solved right now, in whatever contexts."""
        return sum(at_work is node for at_work, _ in self._stack)

    def get(
        self,
        node: BodyNode,
        context: Context,
        compute: Callable[[], Summary],
        evidence: Callable[[BodyNode], int],
    ) -> Summary:
        """The summary of a body in a context.

        Args:
            node: the body's function.
            context: what is known of its inputs.
            compute: solves the body and reads its summary off; may ask for further summaries.
            evidence: how much was shown of values of a body.
        """
        key = (node, context)
        found = self._known.get(key)
        if found is not None:
            if found[1].holds(self._lookups.time):
                self._lookups.rest_on(found[1])
                return found[0]
            del self._known[key]
        if key in self._provisional:
            self._rests_on.add(key)
            self._heads.add(key)
            return self._provisional[key]
        for at_work in self._stack:
            member = self._members[at_work].get(key)
            if member is not None:
                self._rests_on.add(at_work)
                self._lookups.rest_on(member[1])
                return member[0]
        if len(self._stack) >= MAXIMAL_STACK:
            return GIVEN_UP
        if not self._stack:
            self._work = 0
        if len(self._stack) == 1:
            self._inner_work = 0
        self._stack.append(key)
        outer_rests_on, self._rests_on = self._rests_on, set()
        record = self._lookups.begin()
        summary = self._before.get(key, NEVER_RETURNS)
        head: _Key | None = None
        try:
            for _ in range(MAXIMAL_ROUNDS):
                self._provisional[key] = summary
                self._members[key] = {}
                self._unsettled.discard(key)
                self._rests_on.clear()
                again = compute()
                rests_on_itself = key in self._rests_on
                stable = alike(again, summary) or not rests_on_itself
                summary = again
                self._rests_on.discard(key)
                head = next((at_work for at_work in self._stack if at_work in self._rests_on), None)
                if head is not None and not (stable and key not in self._unsettled):
                    self._unsettled.add(head)
                if head is not None or (stable and key not in self._unsettled):
                    break
        finally:
            self._lookups.end()
            self._stack.pop()
            self._provisional.pop(key, None)
            members = self._members.pop(key)
            self._heads.discard(key)
            if not self._heads:
                self._recursive_work = 0
            self._rests_on |= outer_rests_on
        record.evidence = evidence(node)
        if head is not None:
            self._members[head].update(members)
            self._members[head][key] = (summary, record)
            self._before[key] = summary
            return summary
        if members:
            others = record.rests_on - {known for _, known in members.values()}
            for belonging, (_, known) in members.items():
                known.rests_on.add(Record(record.looked_up, others))
                self._before.pop(belonging, None)
        self._known.update(members)
        self._known[key] = (summary, record)
        return summary
