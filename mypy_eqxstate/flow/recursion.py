"""Summaries on demand, and what happens when one is asked for while it is being computed.

`Summaries.get` answers from memory or computes.  A body that is asked for while it is being solved
answers with its last summary, at first "never returns"; when it is done and its summary has
changed, it is solved again.  Summaries that were computed while resting on such a provisional
answer are not kept.

Worked example.  `even(s, n)` calls `odd`, which calls `even`.  Asked for `even`: its body is
solved, which asks for `odd`, which asks for `even` and is told "never returns".  `odd` so has a
summary that rests on `even`'s provisional one; it serves this once and is forgotten.  The summary
of `even` differs from "never returns", so a second round follows, in which `odd` is told that
one; the third round changes nothing, and `even`'s summary is kept.

Limits: `MAXIMAL_ROUNDS` rounds for a recursive body, `MAXIMAL_STACK` bodies at work at once (deeper
calls count by their signature).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mypy_eqxstate.contracts.summaries import NEVER_RETURNS, OPAQUE, Summary
from mypy_eqxstate.flow.abstraction import Context
from mypy_eqxstate.flow.lookups import Lookups, Record
from mypy_eqxstate.flow.summarize import alike
from mypy_eqxstate.ir.model import BodyNode

MAXIMAL_ROUNDS: Final = 6
MAXIMAL_STACK: Final = 25

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
            return self._provisional[key]
        if len(self._stack) >= MAXIMAL_STACK:
            return OPAQUE
        self._stack.append(key)
        outer_rests_on, self._rests_on = self._rests_on, set()
        record = self._lookups.begin()
        summary = NEVER_RETURNS
        try:
            for _ in range(MAXIMAL_ROUNDS):
                self._provisional[key] = summary
                self._rests_on.discard(key)
                again = compute()
                rests_on_itself = key in self._rests_on
                stable = alike(again, summary)
                summary = again
                if stable or not rests_on_itself:
                    break
        finally:
            self._lookups.end()
            self._stack.pop()
            self._provisional.pop(key, None)
            self._rests_on.discard(key)
            provisional = bool(self._rests_on)
            self._rests_on |= outer_rests_on
        record.evidence = evidence(node)
        if not provisional:
            self._known[key] = (summary, record)
        return summary
