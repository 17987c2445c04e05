"""The summary of a body: what a call of it does, in terms of its inputs.

A summary is a contract that was computed instead of declared.  It says it more exactly than a row
of the table can: which object *inside* an argument is consumed (`carry[1]`), which fields of `self`
hold what afterwards, which captured names are read or consumed, and of what the result is made.

Values in a summary are those of the callee's own analysis.  Objects whose origin is an input stand
for what the caller passes; all others are made anew at each call (`flow/instantiate.py`).

Worked example.  For::

    def step(self, x):
        self.state = self.state.set(self.index, x)

the summary says: the object at input `self`, path `.state`, is consumed; field `.state` of `self`
then holds a new object made by the call of `set`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mypy_eqxstate.contracts.model import Effect
from mypy_eqxstate.flow.bindings import Binding, Status
from mypy_eqxstate.flow.values import Object
from mypy_eqxstate.ir.model import Key, Variable


@dataclass(frozen=True, slots=True)
class Summary:
    """What a call of a body does.

    Attributes:
        returns: some path returns; if not, a call never comes back.
        effects: input objects that the body consumes or hands over to newer ones.
        reads: input objects that the body uses while they are as the caller passed them.
        field_writes: fields of input objects that hold something else afterwards; the flag says
            that every path writes them.
        variable_writes: foreign variables that hold something else afterwards, likewise.
        result: what a call returns.
        fields: what the objects of `result` and of the writes hold.
        statuses: per consumed input object, under which decisions it is consumed, and alive.
        lines: per consumed input object, the line of the body at which that happens.
        predecessors: of a body that takes over several inputs, for what it makes, those of which
            that is a newer version.
        captured: variables of the body that a function which it returns captures, as they are left;
            without those that hold something affine.
        inspected: parameters of which it asks no more than the identity or the class.
        opaque: the body says nothing (abstract, `...`); the signature counts instead.
        given_up: opaque because to look into the body was too much.
    """

    returns: bool = False
    effects: Mapping[Object, Effect] = field(default_factory=dict)
    reads: frozenset[Object] = frozenset()
    field_writes: tuple[tuple[Object, Key, Binding, bool], ...] = ()
    variable_writes: tuple[tuple[Variable, Binding, bool], ...] = ()
    result: Binding | None = None
    fields: Mapping[Object, Mapping[Key, Binding]] = field(default_factory=dict)
    statuses: Mapping[Object, Status] = field(default_factory=dict)
    lines: Mapping[Object, int] = field(default_factory=dict)
    predecessors: Mapping[Object, frozenset[Object]] = field(default_factory=dict)
    captured: tuple[tuple[Variable, Binding], ...] = ()
    inspected: frozenset[str] = frozenset()
    opaque: bool = False
    given_up: bool = False


def without_globals(summary: Summary) -> Summary:
    """A summary without what the body does to the globals of its module.

    For callers in other modules, where the same names are other variables.  A global that is
    returned counts as something new.
    """

    def inside(item: Object) -> bool:
        return item.origin.variable is None or item.origin.variable.owner != ""

    if summary.opaque:
        return summary
    return replace(
        summary,
        effects={item: effect for item, effect in summary.effects.items() if inside(item)},
        reads=frozenset(filter(inside, summary.reads)),
        field_writes=tuple(write for write in summary.field_writes if inside(write[0])),
        variable_writes=tuple(w for w in summary.variable_writes if w[0].owner != ""),
    )


NEVER_RETURNS = Summary()
OPAQUE = Summary(returns=True, opaque=True)
GIVEN_UP = Summary(returns=True, opaque=True, given_up=True)
