"""Carrying out what a contract says of the arguments of one call.

First every argument is used (an old one is reported), then effects are applied in the order of the
arguments.  The effect that a contract names is softened by circumstances (`adjusted`):

- behind a transform the callee has a copy, so a consumption becomes a supersession;
- a supersession counts only if the caller keeps the newer value and the argument has a place that
  could be rebound: an explicitly dropped result and a partial's argument make it a borrow
  (policies; `strict` undoes the first);
- a callee in inference mode borrows.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from mypy_eqxstate.contracts.model import Effect
from mypy_eqxstate.flow.arguments import Actual, is_same
from mypy_eqxstate.flow.guards import Guard
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.problems import EventDetail, Misuse
from mypy_eqxstate.flow.replaced import replaced_keys
from mypy_eqxstate.flow.values import Event, Object
from mypy_eqxstate.ir.model import Destination
from mypy_eqxstate.oracle.shapes import Shape

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis


class CallSite(NamedTuple):
    """One call, and under what circumstances it is looked at.

    Attributes:
        node: the call's syntax.
        text: the callee as written.
        destination: which parts of the result are kept.
        typed: the type checker's shape of the result.
        direct: the call's own syntax describes the arguments (nothing bound or transformed), so
            that the type checker's signature for it applies.
        inference: the callee is in inference mode.
        getter: it is the reading of a property.
        keeps: a coroutine that is made is bound to a name, and awaited later if at all.
    """

    node: ast.AST
    text: str
    destination: Destination
    typed: Shape
    direct: bool = True
    inference: bool = False
    getter: bool = False
    keeps: bool = False


class Grounds(NamedTuple):
    """Why a callee is believed to do something: a word for it, and where the declaration is."""

    reason: str
    origin: tuple[str | None, int] | None = None


class Effects:
    """Applies effects in one body."""

    def __init__(self, analysis: BodyAnalysis) -> None:
        self.analysis = analysis
        # By object: the consumption, the argument, and whether all paths of the callee consume it.
        self._consumed: dict[Object, tuple[Event, Actual, bool]] = {}
        # Of which objects the calls at work have made newer ones, or which they have consumed.
        self.taken: set[Object] = set()

    def begin(self) -> None:
        """A new call: none of its arguments was consumed by it yet."""
        self._consumed = {}

    def consumption(self, item: Object) -> Event | None:
        """The event by which the call at work has consumed an object, if it has."""
        consumed = self._consumed.get(item.identity)
        return None if consumed is None else consumed[0]

    def event(
        self, site: CallSite, actual: Actual, invalidates: bool, grounds: Grounds, class_name: str
    ) -> Event:
        """The event of this call on an argument; its details are kept for the explanation."""
        analysis = self.analysis
        event = Event(analysis.body.name, analysis.operation_number, actual.text, invalidates)
        detail = EventDetail(
            node=site.node,
            callee=site.text,
            class_name=class_name,
            hidden_by=actual.copied_by,
            origin=grounds.origin,
            reason=grounds.reason,
            is_bound=actual.bound,
        )
        analysis.module.note_event(event, detail)
        return event

    def adjusted(self, site: CallSite, actual: Actual, effect: Effect, kept: bool) -> Effect:
        """What is left of an effect under the circumstances of the call."""
        if site.inference:
            return min(effect, Effect.BORROW)
        if actual.copied_by is not None and effect >= Effect.SUPERSEDE:
            effect = Effect.SUPERSEDE
        if effect is Effect.SUPERSEDE:
            strictly = self.analysis.module.strict and bool(site.destination)
            if actual.bound or not (kept or strictly):
                return Effect.BORROW
        return effect

    def check(
        self,
        site: CallSite,
        memory: Memory,
        actual: Actual,
        effect: Effect = Effect.BORROW,
        deep: bool = True,
        parts_too: bool = True,
    ) -> bool:
        """Passing an argument is a use of it.

        Args:
            site: the call.
            memory: changed where a problem is silenced.
            actual: the argument.
            effect: what the contract says of it.
            deep: it is a use of all that the argument holds.
            parts_too: it is a use of superseded places in the argument.
        """
        again = effect >= Effect.MAY_CONSUME and actual.copied_by is None
        parts: tuple[int, ...] = ()
        if actual.temporary is not None and not actual.path:
            parts = self.analysis.body.parts.get(actual.temporary, ())
        if parts and all(part in memory.bindings for part in parts):
            found = False
            node = None
            if actual.temporary is not None:
                node = self.analysis.definitions.get(actual.temporary)
            for number, part in enumerate(parts):  # all of them, each with its own report
                gone = replaced_keys(node, number)
                found |= self.analysis.use(memory, part, callee=site.text, replaced=gone)
            return found
        return self.analysis.ownership.check(
            memory,
            actual.binding,
            actual.node,
            actual.text,
            actual.temporary,
            Misuse.CONSUMED_AGAIN if again else Misuse.USED,
            site.text,
            deep,
            parts_too,
        )

    def apply(
        self,
        site: CallSite,
        memory: Memory,
        effects: Sequence[tuple[Actual, Effect, bool]],
        grounds: Grounds,
        may_choose: bool = False,
    ) -> bool:
        """Use all arguments, then apply the effects in order.

        Args:
            site: the call.
            memory: changed.
            effects: arguments with the contract's effect, and whether the caller keeps something
                newer of the same class.
            grounds: where the contract comes from.

            may_choose: the result may hold one of the arguments: `where(ok, new, old)`.

        Returns:
            whether an object was consumed.
        """
        for actual, effect, _ in effects:
            given = [other for other, _, _ in effects]
            chosen = may_choose and self.is_beside_newer(memory, actual, given)
            if effect is not Effect.IGNORE and not chosen:
                # What the table lists copies, replaces or reads structure: a superseded field may
                # be the very one that is being replaced (`tree_at`, policy).
                parts_too = grounds.reason != "library"
                self.check(site, memory, actual, effect, parts_too=parts_too)
        consumed = False
        for actual, effect, kept in effects:
            adjusted = self.adjusted(site, actual, effect, kept)
            consumed |= self.carry_out(site, memory, actual, adjusted, grounds, kept=kept)
        if consumed and grounds.reason in {"body", "annotation"}:
            for actual, effect, _ in effects:
                if effect is Effect.BORROW and not actual.receiver:
                    self.passed_twice(site, memory, actual)
        return consumed

    def is_beside_newer(self, memory: Memory, actual: Actual, given: Sequence[Actual]) -> bool:
        """The call gets the superseded value and the newer one: it chooses or compares (policy).

        Args:
            memory: at the call.
            actual: the argument with the superseded value.
            given: all arguments.
        """
        events = {e for e in actual.binding.marks if isinstance(e, Event)}
        if not events:
            return False
        held_in = self.analysis.ownership.holdings.held
        old = list(held_in(memory, actual.binding))
        paths = {held.path for held in old}
        newer = [
            held.item
            for other in given
            if other is not actual
            for held in held_in(memory, other.binding)
            if not held.item.events and held.path in paths
        ]
        may_follow = self.analysis.succession.may_follow
        return all(
            any(
                (item.origin.body, item.origin.operation) == (event.body, event.operation)
                and may_follow(item, [held.item for held in old])
                for item in newer
            )
            for event in events
        )

    def carry_out(
        self,
        site: CallSite,
        memory: Memory,
        actual: Actual,
        effect: Effect,
        grounds: Grounds,
        split: tuple[Guard, Guard] | None = None,
        kept: bool = False,
    ) -> bool:
        """One adjusted effect on one argument.

        Args:
            site: the call.
            memory: changed.
            actual: the argument.
            effect: what happens to it.
            grounds: where the contract comes from.
            split: under which of the callee's decisions it consumes, and under which it does not.
            kept: the caller keeps something newer of the same class.

        Returns:
            whether an object was consumed.
        """
        ownership = self.analysis.ownership
        if effect < Effect.SUPERSEDE:
            return False
        classes = sorted(ownership.holdings.classes(memory, actual.binding))
        if not classes:
            return False
        held_items = list(ownership.holdings.held(memory, actual.binding, materialise=True))
        self.taken.update(held.item.identity for held in held_items)
        if effect is Effect.SUPERSEDE:
            # What the same call has consumed as another argument is old already.
            handed = frozenset(one.item.identity for one in held_items)
            alive = handed.difference(self._consumed)
            if alive:
                ownership.supersede(
                    memory,
                    actual.binding,
                    self.event(site, actual, False, grounds, classes[0]),
                    actual.temporary,
                    actual.path,
                    None if alive == handed else alive,
                    captured=actual.place,
                )
            return False
        self.passed_twice(site, memory, actual)
        if kept and memory.derived:
            taken_over = self.event(site, actual, False, grounds, classes[0])
            ownership.supersede_sources(memory, actual.binding, taken_over)
        event = self.event(site, actual, True, grounds, classes[0])
        for held in held_items:
            self._consumed.setdefault(held.item.identity, (event, actual, effect is Effect.CONSUME))
        place = actual.place
        if place is None and actual.temporary is not None and not actual.path:
            place = self.analysis.body.places.get(actual.temporary)
        return ownership.consume(
            memory,
            actual.binding,
            event,
            place,
            effect is Effect.CONSUME,
            site.node,
            split,
        )

    def passed_twice(self, site: CallSite, memory: Memory, actual: Actual) -> None:
        """Report an argument whose object another argument of the same call has consumed."""
        for held in self.analysis.ownership.holdings.held(memory, actual.binding):
            if held.item.identity not in self._consumed:
                continue
            event, other, surely = self._consumed[held.item.identity]
            is_alive = held.item.events <= {event}  # until this call
            # It may have been consumed in another branch of what is called.
            if is_alive and not is_same(other, actual) and memory.is_struck(held.item, event):
                self.analysis.report(
                    memory,
                    rule="state-reuse",
                    misuse=Misuse.SAME_CALL,
                    node=actual.node,
                    place=actual.text,
                    class_name=getattr(held.item.shape, "class_name", ""),
                    events=(event,),
                    may=not surely,
                    callee=site.text,
                )
                return
