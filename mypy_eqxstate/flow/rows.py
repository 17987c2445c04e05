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

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mypy_eqxstate.contracts.model import Contract, Effect, Fresh, Nothing, Row, TransformContract
from mypy_eqxstate.flow.arguments import Actual, Formal, match
from mypy_eqxstate.flow.effects import CallSite, Grounds
from mypy_eqxstate.flow.memory import Binding, Memory
from mypy_eqxstate.flow.values import Literal, Object
from mypy_eqxstate.ir import model as ir
from mypy_eqxstate.oracle.shapes import UNKNOWN, AffineShape, InstanceShape, ParameterKind

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
        formals = [
            Formal(
                parameter.name,
                {
                    "": ParameterKind.POSITIONAL,
                    "*": ParameterKind.STAR,
                    "**": ParameterKind.DOUBLE_STAR,
                }[parameter.star],
            )
            for parameter in row.parameters
        ]
        effect_of = {parameter.name: parameter.effect for parameter in row.parameters}
        matched = match(formals, actuals)
        arguments = {name: matched.of(name) for name in effect_of}
        kept = self.calls.results.keeps(memory, row.result, arguments, site.destination, site.typed)
        effects = [(actual, effect_of[name], kept) for actual, name in matched.pairs]
        effects += [(actual, Effect.BORROW, kept) for actual in matched.left_over]
        affine_class = self._affine_class(memory, full_name, actuals)
        consumed = self.calls.effects.apply(
            site, memory, effects, Grounds("library"), not isinstance(row.result, Nothing)
        )
        self.calls.hand_over(site, memory, actuals)
        if consumed and site.destination.statement and isinstance(row.result, Fresh):
            self.calls.dropped(site, memory, affine_class)
        actuals = analysis.make_room(memory, actuals)
        matched = match(formals, actuals)
        arguments = {name: matched.of(name) for name in effect_of}
        origin = analysis.origin()
        for number, store in enumerate(row.stores):
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
            memory, row.result, arguments, site.typed, origin, affine_class
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
                self.analysis.heap.write(memory, item, key, value)

    def _affine_class(self, memory: Memory, full_name: str, actuals: Sequence[Actual]) -> str:
        for actual in actuals:
            for held in self.analysis.ownership.held(memory, actual.binding):
                shape = held.item.shape
                if isinstance(shape, AffineShape):
                    return shape.class_name
        return self.analysis.module.definitions.affine_class_of(full_name)
