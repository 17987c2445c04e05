"""What a call leaves in the fields of what it was given, and in the names that the callee captures.

A summary says what each field and each foreign variable holds when the callee returns; `write`
makes them hold that, in terms of the caller.  What a path of the callee leaves alone is among the
values, under the guard of that path.  All of it speaks of what was there before: a callee may put
in a field what was in another one.

Worked example.  `def spend(self): self.counter.set(self.index, 1)` consumes what `self.counter`
holds and puts nothing in its place.  After `box.spend()` the field holds the same State, old by
this call: reading `box.counter` is `state-reuse`.

Limit: what the callee has superseded only, and left where it was, counts as good (policy).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from mypy_eqxstate.contracts.summaries import Summary
from mypy_eqxstate.flow.arguments import Actual
from mypy_eqxstate.flow.bindings import Binding, merge_bindings, one
from mypy_eqxstate.flow.effects import CallSite, Grounds
from mypy_eqxstate.flow.instantiate import Instantiation
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.places import format_key
from mypy_eqxstate.flow.stores import store
from mypy_eqxstate.flow.values import Event, Object
from mypy_eqxstate.ir.model import Key, Variable

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis


def write(
    analysis: BodyAnalysis,
    site: CallSite,
    memory: Memory,
    instantiation: Instantiation,
    summary: Summary,
    grounds: Grounds,
    surely_called: bool = True,
) -> None:
    """Make fields and foreign variables hold what they hold after a call.

    Args:
        analysis: of the caller.
        site: the call.
        memory: the caller's; changed.
        instantiation: of the summary, settled.
        summary: of the callee.
        grounds: where the callee stands.
        surely_called: the callee has run, if it is not only passed on.
    """

    def consumed(text: Callable[[], str], item: Object) -> Event:
        known = analysis.calls.effects.consumption(item)
        if known is not None:
            return known
        actual = Actual(one(item), None, text(), site.node)
        class_name = getattr(item.shape, "class_name", "")
        return analysis.calls.effects.event(site, actual, True, grounds, class_name)

    fields: list[tuple[Object, Key, bool, Binding, Binding]] = []
    for item, key, held, surely in summary.field_writes:
        holder = instantiation.input(item)
        if holder is not None:
            text = partial(_field_text, instantiation, item, key)
            left = instantiation.left(held, partial(consumed, text))
            fields.append((item, key, surely, holder, left))
    variables: list[tuple[Variable, bool, Binding]] = []
    for variable, held, surely in summary.variable_writes:
        left = instantiation.left(held, partial(consumed, partial(str, variable.name)))
        variables.append((variable, surely, left))
    for item, key, surely, holder, left in fields:
        place = instantiation.place(item)
        if place is not None:
            memory.renew(analysis.ownership.places.normal(memory, place.child(key)))
        if surely:
            store(analysis, memory, holder, place, key, left)
            continue
        for value in holder.values:
            if isinstance(value, Object):
                analysis.heap.write(memory, value, key, left, strong=False)
    for variable, surely, left in variables:
        before = memory.bindings.get(variable)
        if before is not None and not (surely or surely_called):
            left = merge_bindings(before, left)
        analysis.forget_conditions(memory, variable)
        memory.bindings[variable] = left


def _field_text(instantiation: Instantiation, item: Object, key: Key) -> str:
    return instantiation.text_of(item) + format_key(key)
