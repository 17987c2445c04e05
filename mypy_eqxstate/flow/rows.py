"""Calls whose contract is a row: of the library table, or of the user's configuration.

A row names the parameters with the effect on each, what is stored into them, and of what the
result is made (`contracts/notation.py`).  Carried out in this order: uses and effects, stores, the
result; so that the result is never what the arguments held before.

Worked example.  `equinox.nn.State.set`: `(!self, item, value) -> fresh` consumes the object behind
the receiver and makes a new one; where an expression statement throws that away, the call is
reported as `state-dropped`.

Limit: a store under a key that is not known goes to "some element", except for an append to a list
whose length is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from mypy_eqxstate.contracts.library import COMPARISONS
from mypy_eqxstate.contracts.model import (
    Contract,
    Effect,
    Fresh,
    Nothing,
    Row,
    Same,
    Store,
    TransformContract,
)
from mypy_eqxstate.flow.arguments import Actual, Formal, match
from mypy_eqxstate.flow.bindings import Binding
from mypy_eqxstate.flow.callbacks import Outcomes, calls_in
from mypy_eqxstate.flow.effects import CallSite, Grounds
from mypy_eqxstate.flow.evidence import promote_arguments
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import Literal, Object
from mypy_eqxstate.fullnames import canonical
from mypy_eqxstate.ir import model as ir
from mypy_eqxstate.oracle.shapes import (
    UNKNOWN,
    AffineShape,
    InstanceShape,
    ParameterKind,
    Signature,
)

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis
    from mypy_eqxstate.flow.calls import Calls


class Rows:
    """The calls by rows in one body."""

    def __init__(self, analysis: BodyAnalysis, calls: Calls) -> None:
        self.analysis = analysis
        self.calls = calls

    def call(
        self, site: CallSite, memory: Memory, full_name: str, row: Row, actuals: list[Actual]
    ) -> Binding:
        """A call of what a row describes."""
        if isinstance(row, TransformContract):
            return self.calls.transforms.make(site, memory, full_name, row, actuals)
        return self._contract(site, memory, full_name, row, actuals)

    def _contract(
        self,
        site: CallSite,
        memory: Memory,
        full_name: str,
        row: Contract,
        actuals: list[Actual],
    ) -> Binding:
        analysis = self.analysis
        formals = _formals(row)
        effect_of = {parameter.name: parameter.effect for parameter in row.parameters}
        matched = match(formals, actuals)
        arguments = {name: matched.of(name) for name in effect_of}
        if any(effect is not Effect.BORROW for effect in effect_of.values()):
            declared = analysis.oracle.declaration(full_name)
            signature = _taking(matched.pairs, declared.signatures if declared is not None else ())
            promote_arguments(analysis.module.classes, matched.pairs, signature)
        affine_class = self._affine_class(memory, full_name, actuals)
        outcomes: Outcomes = {}
        touched: dict[str, frozenset[Object]] | None = None
        called = calls_in(row, arguments, site.destination)
        if called:
            for actual in actuals:
                if not self.calls.effects.is_beside_newer(memory, actual, actuals):
                    self.calls.effects.check(site, memory, actual)
            outcomes, touched = self.calls.callbacks.run(site, memory, row, arguments)
        if touched is None:
            kept = self.calls.kept.keeps(
                memory, row.result, arguments, site.destination, site.typed
            )
            effects = [(actual, effect_of[name], kept) for actual, name in matched.pairs]
            effects += [(actual, Effect.BORROW, kept) for actual in matched.left_over]
            may_choose = not isinstance(row.result, Nothing) or canonical(full_name) in COMPARISONS
            consumed = self.calls.effects.apply(
                site, memory, effects, Grounds("library"), may_choose
            )
        else:
            consumed = False
            for name, objects in touched.items():
                if effect_of[name] is Effect.SUPERSEDE:
                    self.calls.callbacks.supersede(site, memory, arguments[name], objects)
        functions = {call.function for call in called}
        given = [actual for actual, name in matched.pairs if name not in functions]
        self.calls.hand_over(site, memory, [*given, *matched.left_over])
        if consumed and site.destination.statement and isinstance(row.result, Fresh):
            self.calls.dropped(site, memory, affine_class)
        actuals = analysis.make_room(memory, actuals)
        matched = match(formals, actuals)
        arguments = {name: matched.of(name) for name in effect_of}
        origin = analysis.origin()
        for number, store in enumerate(row.stores):
            by_name = _given_by_name(row, store, arguments)
            if by_name is not None:
                for actual in by_name:
                    self._put(memory, arguments[store.parameter], actual)
                continue
            value = self.calls.results.build(
                memory,
                store.value,
                arguments,
                UNKNOWN,
                origin.child(ir.Item(f"store{number}")),
                affine_class,
            )
            self._store(memory, arguments, store.parameter, store.key, value)
        if site.inference and not isinstance(row.result, Fresh):
            handed = self.calls.transforms.handed_through(memory, actuals)
            if handed is not None:
                return handed
        return self.calls.results.build(
            memory, row.result, arguments, site.typed, origin, affine_class, outcomes
        )

    def _store(
        self,
        memory: Memory,
        arguments: dict[str, tuple[Actual, ...]],
        target: str,
        key_name: str,
        value: Binding,
    ) -> None:
        for actual in arguments.get(target, ()):
            self._renew(memory, actual, key_name, value)
            for item in actual.binding.values:
                if not isinstance(item, Object):
                    continue
                if key_name == "*":
                    for source in value.values:
                        if isinstance(source, Object):
                            for inner, field in memory.fields.get(source, {}).items():
                                self.analysis.heap.write(memory, item, inner, field)
                    continue
                key: ir.Key = ir.ELEMENTS
                for named in arguments.get(key_name, ()):
                    for literal_value in named.binding.values:
                        if isinstance(literal_value, Literal):
                            key = ir.Item(literal_value.value)
                            if isinstance(item.shape, InstanceShape):
                                key = ir.Attribute(str(literal_value.value))
                if isinstance(key, ir.Elements) and not self.analysis.in_loop:
                    length = self.analysis.containers.length(memory, item)
                    if length is not None and item.recent and not key_name:
                        key = ir.Item(length)
                if not key_name:
                    self.analysis.containers.note_repeated(memory, item, value)
                self.analysis.heap.write(memory, item, key, value)

    def _put(self, memory: Memory, targets: Sequence[Actual], given: Actual) -> None:
        """A keyword argument becomes a member under its name: `options.update(a=1)`."""
        key = ir.Item(given.name or "")
        for target in targets:
            self._renew_keys(memory, target, [key])
            for item in target.binding.values:
                if isinstance(item, Object):
                    self.analysis.heap.write(memory, item, key, given.binding)

    def _renew(self, memory: Memory, target: Actual, key_name: str, value: Binding) -> None:
        """What a store puts something newer in place of is not out of date any more."""
        if key_name == "*":
            held = [v for v in value.values if isinstance(v, Object)]
            keys = [key for item in held for key in memory.fields.get(item, {})]
            self._renew_keys(memory, target, keys)
        elif not key_name:  # an append: what was the last element is not the last one any more
            known = {key for place in memory.stale for key in place.path}
            self._renew_keys(memory, target, [key for key in known if _is_from_the_end(key)])

    def _renew_keys(self, memory: Memory, target: Actual, keys: Iterable[ir.Key]) -> None:
        if target.temporary is None or not memory.stale:
            return
        place = self.analysis.body.places.get(target.temporary)
        if place is not None:
            whole = ir.Place(place.variable, (*place.path, *target.path))
            for key in keys:
                memory.renew(self.analysis.ownership.places.normal(memory, whole.child(key)))

    def _affine_class(self, memory: Memory, full_name: str, actuals: Sequence[Actual]) -> str:
        for actual in actuals:
            for held in self.analysis.ownership.holdings.held(memory, actual.binding):
                shape = held.item.shape
                if isinstance(shape, AffineShape):
                    return shape.class_name
        return self.analysis.module.definitions.affine_class_of(full_name)


def _is_from_the_end(key: ir.Key) -> bool:
    return isinstance(key, ir.Item) and isinstance(key.value, int) and key.value < 0


def _given_by_name(
    row: Contract, store: Store, arguments: Mapping[str, Sequence[Actual]]
) -> Sequence[Actual] | None:
    """The keyword arguments that become members under their names; None if the store is another."""
    if store.key != "*" or not isinstance(store.value, Same):
        return None
    name = store.value.parameter
    if not any(each.name == name and each.star == "**" for each in row.parameters):
        return None
    return [actual for actual in arguments.get(name, ()) if actual.name is not None]


def _taking(
    pairs: Sequence[tuple[Actual, str]], signatures: Sequence[Signature]
) -> Signature | None:
    """The first of several signatures that has all parameters for which a call gives arguments.

    If none has, their names are others in the table, and the first one counts.
    """
    given = {name for _, name in pairs}
    taking = (s for s in signatures if given <= {p.name for p in s.parameters})
    return next(taking, signatures[0] if signatures else None)


def _formals(row: Contract) -> list[Formal]:
    """The parameters of a row; what stands behind a star is given by name only."""
    found: list[Formal] = []
    for parameter in row.parameters:
        kind = _KINDS[parameter.star]
        if not parameter.star and any(formal.kind is ParameterKind.STAR for formal in found):
            kind = ParameterKind.KEYWORD_ONLY
        found.append(Formal(parameter.name, kind))
    return found


_KINDS = {
    "": ParameterKind.POSITIONAL,
    "*": ParameterKind.STAR,
    "**": ParameterKind.DOUBLE_STAR,
}
