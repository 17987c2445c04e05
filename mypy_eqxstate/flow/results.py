"""From result templates to values: what a call by a contract row returns.

A row says of what the result is made: `fresh`, `same(p)`, `copy(p)`, `(a, b)`
(`contracts/model.py`).  Here the template meets the arguments of one call.

Example: `(pytree, filter_spec) -> (copy(pytree), copy(pytree))` for
`partition((model, state), is_array)` makes a tuple of two tuples with a new State in each.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from mypy_eqxstate.contracts import model as contract
from mypy_eqxstate.flow.arguments import Actual
from mypy_eqxstate.flow.bindings import Binding, add_entry, merge_bindings, one
from mypy_eqxstate.flow.derivation import note_derived
from mypy_eqxstate.flow.effects import CallSite
from mypy_eqxstate.flow.guards import ALWAYS, Guard
from mypy_eqxstate.flow.heap import DISPLAY_SHAPES
from mypy_eqxstate.flow.kept import Arguments, is_given, item_of
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import (
    PLAIN_VALUE,
    UNKNOWN_VALUE,
    Function,
    Literal,
    Object,
    Origin,
    Producer,
    Symbol,
    Transformed,
    Value,
)
from mypy_eqxstate.ir.model import ELEMENTS, KEPT, Attribute, Elements, Item, Key
from mypy_eqxstate.oracle.shapes import (
    UNKNOWN,
    AffineShape,
    InstanceShape,
    Shape,
    TupleShape,
    UnknownShape,
)

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis

MAXIMAL_COPY_DEPTH: Final = 5


class Results:
    """Builds the results of calls in one body."""

    def __init__(self, analysis: BodyAnalysis) -> None:
        self.analysis = analysis

    # --- building ---------------------------------------------------------------------------------

    def build(
        self,
        memory: Memory,
        template: contract.Result,
        arguments: Arguments,
        typed: Shape,
        origin: Origin,
        affine_class: str,
        outcomes: Mapping[contract.Called, Binding] = MappingProxyType({}),
    ) -> Binding:
        """The value that a template describes, for the arguments of one call.

        Args:
            memory: changed where parts are made.
            template: what the row says of the result.
            arguments: by parameter.
            typed: the type checker's shape of the call, for `?` and for the class of `fresh`.
            origin: names the new objects.
            affine_class: the class of a `fresh` object where the type does not tell.
            outcomes: what the calls in the template have returned.
        """
        heap = self.analysis.heap

        def part(inner: contract.Result, key: Key, shape: Shape = UNKNOWN) -> Binding:
            here = origin.child(key)
            return self.build(memory, inner, arguments, shape, here, affine_class, outcomes)

        match template:
            case contract.Nothing() | contract.Structure(parameter=""):
                return one(PLAIN_VALUE)
            case contract.Structure(parameter=name):
                return self._copy_of_argument(memory, arguments, name, origin)
            case contract.Typed():
                return Binding(heap.allocate(memory, origin, typed))
            case contract.Fresh():
                shape = typed if isinstance(typed, AffineShape) else AffineShape(affine_class)
                return Binding(heap.allocate(memory, origin, shape))
            case contract.Same(parameter=name):
                return self._argument(memory, arguments, name, origin)
            case contract.Copy(parameter=name):
                return self._copy_of_argument(memory, arguments, name, origin)
            case contract.Derived(parameter=name):
                derived = self._copy_of_argument(memory, arguments, name, origin)
                for actual in arguments.get(name, ()):
                    note_derived(self.analysis, memory, derived, actual)
                return derived
            case contract.Element(parameter=name, key=key_name):
                return self._element(memory, arguments, name, key_name, origin)
            case contract.Taken(parameter=name, key=key_name):
                return self._taken(memory, arguments, name, key_name, origin)
            case contract.Applied(function=name, arguments=containers):
                return self._applied(memory, arguments, name, containers, origin)
            case contract.Called() if template in outcomes:
                return self._outcome(memory, outcomes[template], typed, origin)
            case contract.Part(whole=whole, index=number) if whole in outcomes:
                parts = self.analysis.containers.items_of(memory, outcomes[whole], Item(number))
                return self._outcome(memory, parts, typed, origin)
            case contract.Called() | contract.Part():
                return Binding(heap.allocate(memory, origin, typed))
            case contract.Otherwise(known=first, unknown=second):
                chosen = first if _is_answered(first, outcomes) else second
                return self.build(memory, chosen, arguments, typed, origin, affine_class, outcomes)
            case contract.Each(parameter=name):
                fields: dict[Key, Binding] = {}
                for index, actual in enumerate(arguments.get(name, ())):
                    fields[Item(index)] = self._members(memory, actual.binding)
                tuple_shape = TupleShape((UNKNOWN,) * len(fields))
                return one(heap.new_record(memory, origin, tuple_shape, fields))
            case contract.Shallow(parameter=name, changes=changes):
                return self._shallow(memory, arguments, name, changes, origin)
            case contract.TupleOf(items=items):
                fields = {}
                for index, item in enumerate(items):
                    fields[Item(index)] = part(item, Item(index), item_of(typed, index))
                tuple_shape = TupleShape((UNKNOWN,) * len(items))
                return one(heap.new_record(memory, origin, tuple_shape, fields))
            case contract.ListOf(element=element):
                held = part(element, ELEMENTS)
                return one(
                    heap.new_record(memory, origin, DISPLAY_SHAPES["list"], {ELEMENTS: held})
                )
            case contract.InstanceOf(parameter=name):
                return self._instance(memory, arguments, name, typed, origin)
            case contract.CallableReturning(result=result):
                captured = tuple(
                    (name, value)
                    for name, actuals in arguments.items()
                    for actual in actuals
                    for value in list(actual.binding.values)[:1]
                )
                return one(Producer(result, captured))
            case contract.Either(items=items):
                merged: Binding | None = None
                for index, item in enumerate(items):
                    if isinstance(item, contract.Same) and not arguments.get(item.parameter):
                        continue
                    found = part(item, Item(f"either{index}"), typed)
                    merged = found if merged is None else merge_bindings(merged, found)
                return merged if merged is not None else one(UNKNOWN_VALUE)
            case contract.Given(parameter=name, present=present, absent=absent):
                chosen = present if is_given(arguments.get(name, ())) else absent
                return self.build(memory, chosen, arguments, typed, origin, affine_class, outcomes)
            case contract.Decorator(like=like):
                inner = self._argument(memory, arguments, like, origin) if like else None
                if inner is not None and len(inner.values) == 1:
                    return one(Producer(template, (("like", next(iter(inner.values))),)))
                return one(Producer(template, ()))
        return one(UNKNOWN_VALUE)

    def _outcome(self, memory: Memory, returned: Binding, typed: Shape, origin: Origin) -> Binding:
        """What a callee has returned; where nothing is known of it, what the type says."""
        known = {v: g for v, g in returned.values.items() if is_known(one(v))}
        if known:
            return Binding(known)
        return Binding(self.analysis.heap.allocate(memory, origin, typed))

    def _argument(self, memory: Memory, arguments: Arguments, name: str, origin: Origin) -> Binding:
        actuals = arguments.get(name, ())
        if not actuals:
            return one(UNKNOWN_VALUE)
        if len(actuals) == 1 and not actuals[0].splat:
            return actuals[0].binding
        return self.collected(memory, actuals, origin)

    def collected(self, memory: Memory, actuals: tuple[Actual, ...], origin: Origin) -> Binding:
        """What a star parameter holds: a tuple (or dict) of the arguments."""
        fields: dict[Key, Binding] = {}
        for position, actual in enumerate(actuals):
            if actual.splat:
                fields[ELEMENTS] = self._members(memory, actual.binding)
            else:
                fields[Item(position)] = actual.binding
        names = tuple(actual.name for actual in actuals if actual.name is not None)
        shape: Shape = DISPLAY_SHAPES["list"]
        if names and len(names) == len(actuals):
            # As the callee knows it (`contexts.py`): by name or by number.
            shape = TupleShape((UNKNOWN,) * len(names), "builtins.dict", names)
        record = self.analysis.heap.new_record(
            memory, origin.child(Item("arguments")), shape, fields
        )
        return one(record)

    def _members(self, memory: Memory, binding: Binding) -> Binding:
        return self.analysis.containers.items_of(memory, binding, ELEMENTS)

    def _element(
        self, memory: Memory, arguments: Arguments, name: str, key_name: str, origin: Origin
    ) -> Binding:
        container = self._argument(memory, arguments, name, origin)
        key: Key = ELEMENTS
        if key_name:
            for actual in arguments.get(key_name, ()):
                values = list(actual.binding.values)
                if len(values) == 1 and isinstance(values[0], Literal):
                    key = Item(values[0].value)
                    if isinstance(values[0].value, str) and self._has_attributes(container):
                        key = Attribute(values[0].value)
        if isinstance(key, Attribute):
            return self.analysis.calls.attributes.of_value(memory, container, key.name)
        found = self.analysis.containers.items_of(memory, container, key)
        if isinstance(key, Elements):
            found = self.analysis.containers.representative(memory, found, origin)
        return found

    def _taken(
        self, memory: Memory, arguments: Arguments, name: str, key_name: str, origin: Origin
    ) -> Binding:
        """A member that leaves its container: what becomes of it is nothing of the container's."""
        container = self._argument(memory, arguments, name, origin)
        found = self._element(memory, arguments, name, key_name, origin)
        holders = list(container.values)
        unnamed = not key_name or not arguments.get(key_name)
        if unnamed and len(holders) == 1 and isinstance(holders[0], Object):
            # The last one, where the container was built here and its length is known.
            length = self.analysis.containers.length(memory, holders[0])
            key = Item(length - 1) if length else None
            fields = dict(memory.fields.get(holders[0], {}))
            if key is not None and key in fields and not self.analysis.in_loop:
                last = fields.pop(key)
                memory.fields[holders[0]] = fields
                return last
        for value in found.values:
            if isinstance(value, Object) and value.origin == origin:
                memory.represents.pop(value.identity, None)
        return found

    def _applied(
        self,
        memory: Memory,
        arguments: Arguments,
        name: str,
        containers: tuple[str, ...],
        origin: Origin,
    ) -> Binding:
        """What a function returns that is called with a member of each container."""
        analysis = self.analysis
        callables = arguments.get(name, ())
        given = [actual for container in containers for actual in arguments.get(container, ())]
        if not callables or not given:
            return one(UNKNOWN_VALUE)
        result: Binding | None = None
        # Twice where a container holds one object several times: the second time it may be old.
        for turn in range(2 if memory.repeated else 1):
            passed = []
            for number, actual in enumerate(given):
                members = self._members(memory, actual.binding)
                here = origin.child(Item(f"member{number}"))
                if turn == 0:
                    members = analysis.containers.representative(memory, members, here)
                passed.append(Actual(members, None, actual.text, actual.node))
            site = CallSite(passed[0].node, callables[0].text, KEPT, UNKNOWN, direct=False)
            result = analysis.calls.of_binding(site, memory, callables[0].binding, passed)
        return result if result is not None else one(UNKNOWN_VALUE)

    def _has_attributes(self, container: Binding) -> bool:
        return any(
            isinstance(value, Object) and isinstance(value.shape, InstanceShape | AffineShape)
            for value in container.values
        )

    def _shallow(
        self, memory: Memory, arguments: Arguments, name: str, changes: str, origin: Origin
    ) -> Binding:
        source = self._argument(memory, arguments, name, origin)
        if not arguments.get(name):
            source = one(
                self.analysis.heap.new_record(
                    memory, origin.child(Item("empty")), DISPLAY_SHAPES["dict"], {}
                )
            )
        result: Binding | None = None
        for value in source.values:
            if not isinstance(value, Object):
                found = one(value)
            elif value.is_affine:
                found = self.copy(memory, one(value), origin)
            else:
                self.analysis.ownership.holdings.materialise(memory, value)
                shape = value.shape
                fields = memory.fields.get(value, {})
                if memory.stale:
                    fields = self._fields_with_marks(memory, arguments.get(name, ()), fields)
                record = self.analysis.heap.new_record(memory, origin, shape, fields)
                for actual in arguments.get(changes, ()) if changes else ():
                    if actual.name is None:
                        continue
                    named: Key = Attribute(actual.name)
                    if not isinstance(shape, InstanceShape | TupleShape):
                        named = Item(actual.name)
                    self.analysis.heap.write(memory, record, named, actual.binding)
                found = Binding({record: ALWAYS}, source.marks)
            result = found if result is None else merge_bindings(result, found)
        return result if result is not None else one(UNKNOWN_VALUE)

    def _fields_with_marks(
        self, memory: Memory, actuals: tuple[Actual, ...], fields: Mapping[Key, Binding]
    ) -> Mapping[Key, Binding]:
        """The fields of an argument, those at a superseded place marked so: they are carried on."""
        ownership = self.analysis.ownership
        place = None
        if len(actuals) == 1 and actuals[0].temporary is not None and not actuals[0].path:
            place = self.analysis.body.places.get(actuals[0].temporary)
        if place is None:
            return fields
        return {
            key: ownership.marked_as_stale(memory, place.child(key), field)
            for key, field in fields.items()
        }

    def _instance(
        self, memory: Memory, arguments: Arguments, name: str, typed: Shape, origin: Origin
    ) -> Binding:
        if not isinstance(typed, UnknownShape):
            return Binding(self.analysis.heap.allocate(memory, origin, typed))
        values: dict[Value, Guard] = {}
        for actual in arguments.get(name, ()):
            for value in actual.binding.values:
                callee = value
                while isinstance(callee, Transformed):
                    callee = callee.inner
                if isinstance(callee, Symbol):
                    if self.analysis.module.classes.info(callee.full_name) is not None or (
                        self.analysis.module.definitions.is_own_class(callee.full_name)
                    ):
                        shape: Shape = InstanceShape(callee.full_name)
                        values.update(self.analysis.heap.allocate(memory, origin, shape))
                elif isinstance(callee, Function):
                    result = self.analysis.calls.result_without_arguments(memory, callee, origin)
                    values.update(result.values)
        if not values:
            values = self.analysis.heap.allocate(memory, origin, UNKNOWN)
        return Binding(values)

    # --- copies -----------------------------------------------------------------------------------

    def _copy_of_argument(
        self, memory: Memory, arguments: Arguments, name: str, origin: Origin
    ) -> Binding:
        return self.copy(memory, self._argument(memory, arguments, name, origin), origin)

    def copy(
        self,
        memory: Memory,
        binding: Binding,
        origin: Origin,
        chosen: Callable[[Object], bool] = lambda _: True,
        depth: int = MAXIMAL_COPY_DEPTH,
        anew: bool = False,
    ) -> Binding:
        """The structure of a binding with new affine objects in it.

        Args:
            memory: where the new objects are written down.
            binding: what is copied.
            origin: names the new objects.
            chosen: which affine objects are made new; the others stay.
            depth: how many fields deep the structure is copied.
            anew: also what the operation at work has made itself.
        """
        heap = self.analysis.heap
        values: dict[Value, Guard] = {}
        for value, guard in binding.values.items():
            if not isinstance(value, Object):
                values[value] = guard
            elif value.is_affine:
                if not chosen(value):
                    values[value] = guard
                    continue
                for fresh in heap.allocate(memory, origin, value.shape):
                    add_entry(values, fresh, guard)
            elif depth == 0 or (value.origin.operation == origin.operation and not anew):
                values[value] = guard
            else:
                self.analysis.ownership.holdings.materialise(memory, value)
                fields = {
                    key: Binding(
                        self.copy(memory, field, origin.child(key), chosen, depth - 1, anew).values
                    )
                    for key, field in memory.fields.get(value, {}).items()
                }
                record = Object(origin, value.shape)
                if record in values:  # one new object stands for all copies of one shape
                    for key, known in memory.fields.get(record, {}).items():
                        fields[key] = merge_bindings(known, fields[key]) if key in fields else known
                new = heap.new_record(memory, origin, value.shape, fields)
                add_entry(values, new, guard)
        return Binding(values)


def is_known(binding: Binding) -> bool:
    """Whether anything is known of what a call has returned."""
    return not all(
        value == UNKNOWN_VALUE
        or (isinstance(value, Object) and isinstance(value.shape, UnknownShape))
        for value in binding.values
    )


def _is_answered(template: contract.Result, outcomes: Mapping[contract.Called, Binding]) -> bool:
    """Whether something is known of the call that a template begins with."""
    called = template.whole if isinstance(template, contract.Part) else template
    found = outcomes.get(called) if isinstance(called, contract.Called) else None
    return found is not None and is_known(found)


def typed_call(analysis: BodyAnalysis, node: ast.AST) -> Shape:
    """The type checker's shape of a call's result."""
    return analysis.oracle.shape(node) if isinstance(node, ast.expr) else UNKNOWN
