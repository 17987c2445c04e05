"""Transforms: callables made of callables, `jax.jit(f)`, `partial(f, state)`, `jax.grad(f)`.

A call of the transform makes a value that remembers the callable inside it (`make`); a call of
that value (`call`) is a call of the callable inside, under other circumstances:

- a *transparent* transform changes nothing;
- a *copying* one gives its callee copies, so that what the callee consumes is superseded at most;
- one that *differentiates* copies the first argument and returns gradients, beside or in place of
  the value;
- one that *binds* (`partial`) puts arguments before those of the call;
- one that turns *inference* mode on makes layers hand the State through as it is.

Worked example.  `(loss, state), grads = filter_value_and_grad(f, has_aux=True)(model, state)`: a
call of `f` whose first argument is a copy; its result is the first part of a new tuple, the
gradients are plain.

Limit: of several callables that are given to one transform, each makes a value of its own, without
regard to the path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Final

from mypy_eqxstate.contracts.model import TransformContract, TransformKind
from mypy_eqxstate.flow.arguments import Actual, Formal, match
from mypy_eqxstate.flow.bindings import Binding, add_entry, one
from mypy_eqxstate.flow.effects import CallSite
from mypy_eqxstate.flow.guards import ALWAYS, Conjunction, Guard, both, excluded, exclusive
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import (
    PLAIN_VALUE,
    UNKNOWN_VALUE,
    Bound,
    Literal,
    Object,
    Origin,
    Symbol,
    Transformed,
    Value,
)
from mypy_eqxstate.ir import model as ir
from mypy_eqxstate.oracle.shapes import UNKNOWN, ParameterKind, TupleShape

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis
    from mypy_eqxstate.flow.calls import Calls


MAXIMAL_NESTING: Final = 6
# What the arguments of a partial may be together: of more, the first ones count.
MAXIMAL_COMBINATIONS: Final = 4
_IDEMPOTENT: Final = frozenset(
    {TransformKind.COPYING, TransformKind.TRANSPARENT, TransformKind.INFERENCE}
)


class Transforms:
    """The transforms of one body."""

    def __init__(self, analysis: BodyAnalysis, calls: Calls) -> None:
        self.analysis = analysis
        self.calls = calls

    def make(
        self,
        site: CallSite,
        memory: Memory,
        full_name: str,
        row: TransformContract,
        actuals: list[Actual],
    ) -> Binding:
        """Call a transform itself: what it makes of the callable that it is given."""
        names = row.parameters or (row.parameter,)
        formals = [
            Formal(
                name.lstrip("*"),
                ParameterKind.DOUBLE_STAR
                if name.startswith("**")
                else ParameterKind.STAR
                if name.startswith("*")
                else ParameterKind.POSITIONAL,
            )
            for name in names
        ]
        matched = match(formals, actuals)
        callables = matched.of(row.parameter)
        values = [value for actual in callables for value in actual.binding.values]
        if not callables or all(isinstance(value, Literal) for value in values):
            # Only options were given: the transform itself, with these set.
            named = tuple(
                (actual.name, value)
                for actual in actuals
                if actual.name is not None
                for value in list(actual.binding.values)[:1]
            )
            return one(Bound(Symbol(full_name), (), named))
        self.calls.borrow_all(site, memory, actuals)
        name = site.text.rpartition(".")[2] if site.direct else full_name.rpartition(".")[2]
        results: dict[Value, Guard] = {}
        for value in values:
            if _nesting(value) > MAXIMAL_NESTING:
                results[UNKNOWN_VALUE] = ALWAYS
                continue
            if row.kind is TransformKind.BINDING:
                by_position = [
                    actual.binding
                    for actual, parameter in matched.pairs
                    if parameter != row.parameter and actual.name is None and not actual.splat
                ]
                by_name = {
                    actual.name: actual.binding
                    for actual, _ in matched.pairs
                    if actual.name is not None and actual.name != row.parameter
                }
                count = len(by_position)
                bound = [*by_position, *by_name.values()]
                for held, guard in _combinations(bound, memory.facts):
                    named = tuple(zip(by_name, held[count:], strict=True))
                    add_entry(results, Bound(value, held[:count], named), guard)
                continue
            if row.kind is TransformKind.INFERENCE and _is(matched.of("value"), False):
                results[value] = ALWAYS
                continue
            if row.kind is TransformKind.INFERENCE and isinstance(value, Object):
                origin = self.analysis.origin(ir.Item("inference"))
                results.update(self._in_inference_mode(memory, value, name, origin))
                continue
            if isinstance(value, Transformed) and value.kind is row.kind in _IDEMPOTENT:
                results[value] = ALWAYS  # a copy of a copy is a copy
                continue
            has_aux = _is(matched.of("has_aux"), True)
            results[Transformed(row.kind, value, name, has_aux)] = ALWAYS
        return Binding(results)

    def _in_inference_mode(
        self, memory: Memory, value: Object, name: str, origin: Origin
    ) -> Mapping[Value, Guard]:
        """A PyTree in inference mode: a tuple of such, a copy of an affine object, or a layer."""
        if value.is_affine:
            return self.calls.results.copy(memory, one(value), origin).values
        if not isinstance(value.shape, TupleShape):
            return {Transformed(TransformKind.INFERENCE, value, name): ALWAYS}
        self.analysis.ownership.holdings.materialise(memory, value)
        fields: dict[ir.Key, Binding] = {}
        for key, field in memory.fields.get(value, {}).items():
            members: dict[Value, Guard] = {}
            for member, guard in field.values.items():
                if isinstance(member, Object):
                    inner = self._in_inference_mode(memory, member, name, origin.child(key))
                    for made in inner:
                        add_entry(members, made, guard)
                else:
                    members[member] = guard
            fields[key] = Binding(members)
        record = self.analysis.heap.new_record(memory, origin, value.shape, fields)
        return {record: ALWAYS}

    def call(
        self, site: CallSite, memory: Memory, callee: Transformed, actuals: list[Actual]
    ) -> Binding:
        """Call what a transform has made."""
        kind = callee.kind
        if kind is TransformKind.TRANSPARENT:
            return self.calls.invoke(site, memory, callee.inner, actuals)
        if kind is TransformKind.INFERENCE:
            return self.calls.invoke(site._replace(inference=True), memory, callee.inner, actuals)
        copying = kind is TransformKind.COPYING
        passed = list(actuals)
        # What differentiates copies the argument that it differentiates, which is the first one,
        # and hands on all others as they are.
        for number, actual in enumerate(passed):
            if copying or (number == 0 and actual.name is None):
                passed[number] = actual._replace(copied_by=actual.copied_by or callee.name)
        if copying:
            return self._call_inner(site, memory, callee, passed)
        return self._gradient(site, memory, callee, passed)

    def _call_inner(
        self, site: CallSite, memory: Memory, callee: Transformed, actuals: list[Actual]
    ) -> Binding:
        """Call what was transformed: what comes out is a copy, be it something it captures."""
        result = self.calls.invoke(site, memory, callee.inner, actuals)
        origin = self.analysis.origin(ir.Item("out"))

        def was_there(item: Object) -> bool:
            made_by = (item.origin.body, item.origin.operation)
            return made_by != (origin.body, origin.operation) or not item.recent

        return self.calls.results.copy(memory, result, origin, was_there, anew=True)

    def _gradient(
        self, site: CallSite, memory: Memory, callee: Transformed, actuals: list[Actual]
    ) -> Binding:
        heap = self.analysis.heap
        whole = site.destination
        if callee.kind is TransformKind.VALUE_AND_GRADIENT:
            inner_site = site._replace(destination=whole.at(0), typed=UNKNOWN, direct=False)
            value = self._call_inner(inner_site, memory, callee, actuals)
            fields: dict[ir.Key, Binding] = {ir.Item(0): value, ir.Item(1): one(PLAIN_VALUE)}
        elif callee.has_aux:
            aux = whole.at(1)
            destination = ir.Destination(kept=False, items=((1, aux),))
            inner_site = site._replace(destination=destination, typed=UNKNOWN, direct=False)
            value = self._call_inner(inner_site, memory, callee, actuals)
            returned = self.analysis.containers.items_of(memory, value, ir.Item(1))
            fields = {ir.Item(0): one(PLAIN_VALUE), ir.Item(1): returned}
        else:
            inner_site = site._replace(destination=ir.DROPPED, typed=UNKNOWN, direct=False)
            self.calls.invoke(inner_site, memory, callee.inner, actuals)
            return one(PLAIN_VALUE)
        shape = TupleShape((UNKNOWN, UNKNOWN))
        origin = self.analysis.origin(ir.Item("gradient"))
        return one(heap.new_record(memory, origin, shape, fields))

    def handed_through(self, memory: Memory, actuals: Sequence[Actual]) -> Binding | None:
        """In inference mode a layer `(x, state) -> (y, state)` returns the State it was given."""
        for actual in actuals:
            if actual.receiver or actual.copied_by:
                continue
            for value in actual.binding.values:
                if isinstance(value, Object) and value.is_affine:
                    fields: dict[ir.Key, Binding] = {
                        ir.Item(0): one(UNKNOWN_VALUE),
                        ir.Item(1): Binding({value: ALWAYS}),
                    }
                    record = self.analysis.heap.new_record(
                        memory,
                        self.analysis.origin(ir.Item("inference")),
                        TupleShape((UNKNOWN, UNKNOWN)),
                        fields,
                    )
                    return one(record)
        return None


def _combinations(
    bindings: Sequence[Binding], facts: Conjunction
) -> Iterator[tuple[tuple[Value, ...], Guard]]:
    """What several bindings may hold together where these facts hold."""
    possible = [
        [(value, guard) for value, guard in binding.values.items() if not excluded(guard, facts)]
        or list(binding.values.items())
        for binding in bindings
    ]
    if prod(map(len, possible)) > MAXIMAL_COMBINATIONS:
        yield tuple(entries[0][0] for entries in possible), ALWAYS
        return
    for chosen in product(*possible):
        together: Guard | None = ALWAYS
        for _, guard in chosen:
            if together is not None:
                together = None if exclusive(together, guard) else both(together, guard)
        if together is not None:
            yield tuple(value for value, _ in chosen), together


def _is(actuals: Sequence[Actual], wanted: bool) -> bool:
    """Whether an argument surely or possibly is this constant."""
    return any(
        isinstance(value, Literal) and value.value is wanted
        for actual in actuals
        for value in actual.binding.values
    )


def _nesting(value: Value) -> int:
    """How many callables are inside a callable, one in the other."""
    depth = 0
    while isinstance(value, Transformed | Bound):
        value = value.inner
        depth += 1
    return depth
