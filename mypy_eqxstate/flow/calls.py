"""What a call does: find the contract of the callee, apply it, build the result.

The sources of a contract, first match wins (`Borrowed`/`Consumed` annotations outrank all for
their parameter):

1. the library table and the user's own rows, by full name; 2. the body, when the callee is a
function of this module: a summary; 3. the signature: an argument of an affine class, or of a class
that holds one, is superseded when the result holds
   a newer one of that class;
4. nothing: an unknown callee supersedes if a part of its result later turns out to be affine.

Callables are values (`flow/values.py`), so that `jax.jit(f)`, `partial(f, state)` or a bound
method carry the contract of what they are made of wherever they go.

Limit: `MAXIMAL_DEPTH` callables inside callables.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mypy_eqxstate.contracts.library import affine_class_shown
from mypy_eqxstate.contracts.model import (
    Contract,
    Decorator,
    Effect,
    Fresh,
    Row,
    TransformContract,
    TransformKind,
)
from mypy_eqxstate.flow.arguments import Actual, Formal, actual_arguments, match
from mypy_eqxstate.flow.attributes import Attributes
from mypy_eqxstate.flow.bodies import BodyCalls
from mypy_eqxstate.flow.effects import CallSite, Effects, Grounds
from mypy_eqxstate.flow.guards import ALWAYS, Conjunction, Guard
from mypy_eqxstate.flow.memory import ALIVE, Binding, Memory, join_bindings, merge_bindings, one
from mypy_eqxstate.flow.problems import Misuse
from mypy_eqxstate.flow.results import Results, typed_call
from mypy_eqxstate.flow.values import (
    PLAIN_VALUE,
    UNKNOWN_VALUE,
    Bound,
    Descriptor,
    Function,
    Literal,
    Method,
    Object,
    Origin,
    Plain,
    Producer,
    Suspended,
    Symbol,
    Transformed,
    Value,
)
from mypy_eqxstate.fullnames import NEW_TYPE
from mypy_eqxstate.ir import model as ir
from mypy_eqxstate.oracle.shapes import (
    UNKNOWN,
    AffineShape,
    CallableShape,
    InstanceShape,
    Mode,
    ParameterKind,
    Shape,
    Signature,
    TupleShape,
    UnknownShape,
)

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis

MAXIMAL_DEPTH: Final = 12


class Calls:
    """The calls of one body."""

    def __init__(self, analysis: BodyAnalysis) -> None:
        self.analysis = analysis
        self.attributes = Attributes(analysis)
        self.results = Results(analysis)
        self.effects = Effects(analysis)
        self.bodies = BodyCalls(analysis, self)

    # --- entry points ----------------------------------------------------------------------------

    def call(self, memory: Memory, op: ir.Call) -> Binding:
        """Carry out a call operation."""
        analysis = self.analysis
        self.effects.begin()
        decorates = self._decorates(op)
        node = op.node.func if isinstance(op.node, ast.Call) and not decorates else op.node
        direct = isinstance(op.node, ast.Call) and not decorates
        site = CallSite(
            node=op.node,
            text=analysis.module.text(node),
            destination=op.destination,
            typed=typed_call(analysis, op.node) if direct else UNKNOWN,
            direct=direct,
        )
        if decorates:
            held = list(analysis.read(memory, op.arguments[0].source).values)
            if len(held) == 1 and isinstance(held[0], Symbol):
                return one(held[0])  # a decorated class is still that class
        callee = analysis.read(memory, op.callee)
        receiver = analysis.receivers.get(op.callee)
        self._note_evidence(memory, op, receiver)
        actuals = [
            actual._replace(binding=self.run_suspended(memory, actual.binding, op.node))
            for actual in actual_arguments(analysis, memory, op.arguments)
        ]
        return self.of_binding(site, memory, callee, actuals, receiver, op.callee)

    def _note_evidence(self, memory: Memory, op: ir.Call, receiver: ir.Temporary | None) -> None:
        """A method that only an affine class has, called with what only its method takes."""
        func = op.node.func if isinstance(op.node, ast.Call) else None
        if receiver is None or not op.arguments or not isinstance(func, ast.Attribute):
            return
        base = self.analysis.read(memory, receiver)
        if not any(
            isinstance(v, Object) and isinstance(v.shape, UnknownShape) for v in base.values
        ):
            return
        for value in self.analysis.read(memory, op.arguments[0].source).values:
            if isinstance(value, Object) and isinstance(value.shape, InstanceShape):
                shown = affine_class_shown(func.attr, value.shape.class_name)
                if shown is not None:
                    self.analysis.promote(base, self.analysis.module.affine_class_of(shown))

    def _decorates(self, op: ir.Call) -> bool:
        """Whether the call applies a decorator: it has the decorator's expression as its node."""
        analysis = self.analysis
        if len(op.arguments) != 1 or op.node not in analysis.module.decorators:
            return False
        made_by = analysis.definitions.get(op.arguments[0].source)
        return made_by in analysis.module.decorators or isinstance(
            made_by, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        )

    def of_binding(
        self,
        site: CallSite,
        memory: Memory,
        callee: Binding,
        actuals: list[Actual],
        receiver: ir.Temporary | None = None,
        temporary: ir.Temporary | None = None,
    ) -> Binding:
        """A call of whatever a binding holds."""
        groups = _grouped(callee)
        outcomes: list[tuple[Memory, Binding]] = []
        returns = False
        for number, (function, receivers, guard) in enumerate(groups):
            branch = memory
            if len(groups) > 1:
                branch = memory.copy()
                branch.facts = _facts_with(branch.facts, guard) | {
                    (f"callee{self.analysis.operation_number}", number)
                }
            if receivers:
                first = self._receiver(branch, receivers, receiver, temporary)
                result = self.invoke(site, branch, function, [first, *actuals])
            else:
                result = self.invoke(site, branch, function, actuals)
            outcomes.append((branch, result))
            returns = returns or not self.analysis.dead_end
            self.analysis.dead_end = False
        self.analysis.dead_end = not returns
        if not outcomes:
            return self.unknown(site, memory, actuals)
        if len(outcomes) == 1:
            return outcomes[0][1]
        merged = join_bindings(outcomes)
        joined = self.analysis.join_all([branch for branch, _ in outcomes])
        memory.assign(joined)
        return merged

    def _receiver(
        self,
        memory: Memory,
        receivers: dict[Value, Guard],
        receiver: ir.Temporary | None,
        temporary: ir.Temporary | None,
    ) -> Actual:
        source = receiver if receiver is not None else temporary
        marks = ALIVE
        text, node = "value", ast.Pass()  # type: tuple[str, ast.AST]
        if source is not None:
            node = self.analysis.definitions.get(source, node)
            if receiver is None and isinstance(node, ast.Call) and node.args:
                node = node.args[0]  # getattr(state, "set")
            text = self.analysis.module.text(node)
        if receiver is not None:
            marks = self.analysis.read(memory, receiver).marks
        return Actual(
            Binding(receivers, marks),
            receiver,
            text,
            node,
            receiver=True,
        )

    def call_method(
        self, memory: Memory, context: ir.Temporary, name: str, node: ast.AST
    ) -> Binding:
        """Call a method that syntax calls implicitly (`__enter__`)."""
        base = self.analysis.read(memory, context)
        if not any(isinstance(value, Object) for value in base.values):
            return one(UNKNOWN_VALUE)
        callee = self.attributes.of_value(memory, base, name)
        methods: dict[Value, Guard] = {
            v: g for v, g in callee.values.items() if isinstance(v, Method)
        }
        if not methods:
            return one(UNKNOWN_VALUE)
        site = CallSite(node, f"{self.analysis.text_of(context)}.{name}", ir.KEPT, UNKNOWN, False)
        return self.of_binding(site, memory, Binding(methods), [], context)

    def read_property(
        self, memory: Memory, item: Value, function: Value, op: ir.ReadAttribute | None
    ) -> Binding:
        """Read a property: a call of its getter."""
        node = op.node if op is not None else ast.Pass()
        base = op.base if op is not None else None
        text = self.analysis.text_of(base) if base is not None else "value"
        site = CallSite(node, f"{text}.property", ir.KEPT, UNKNOWN, False, getter=True)
        receiver = Actual(one(item), base, text, node, receiver=True)
        return self.invoke(site, memory, function, [receiver])

    def run_suspended(self, memory: Memory, binding: Binding, node: ast.AST) -> Binding:
        """Run generators that have not started yet: somebody iterates them now."""
        if not any(isinstance(value, Suspended) for value in binding.values):
            return binding
        result: Binding | None = None
        for value in binding.values:
            part = one(value)
            if isinstance(value, Suspended) and isinstance(value.function, Function):
                text = value.function.name.rpartition(".")[2]
                site = CallSite(node, text, ir.KEPT, UNKNOWN, False)
                passed = [Actual(one(held), None, text, node) for held in value.positional]
                passed += [Actual(one(held), None, text, node, name) for name, held in value.named]
                part = self.bodies.run(site, memory, value.function, passed)
            result = part if result is None else merge_bindings(result, part)
        return result if result is not None else binding

    def hand_over(self, site: CallSite, memory: Memory, actuals: Sequence[Actual]) -> None:
        """A function of this module given to a callee that can't be read: it may call it, once."""
        for actual in actuals:
            for value in actual.binding.values:
                inner = value
                while isinstance(inner, Transformed | Bound):
                    inner = inner.inner
                if isinstance(inner, Function) and self.analysis.module.free_variables(inner.node):
                    self.bodies.called_elsewhere(site, memory, inner)

    def result_without_arguments(
        self, memory: Memory, function: Function, origin: Origin
    ) -> Binding:
        """What a function returns, whatever it is given; every affine object in it new."""
        return self.bodies.result_without_arguments(memory, function, origin)

    # --- dispatch --------------------------------------------------------------------------------

    def invoke(
        self, site: CallSite, memory: Memory, callee: Value, actuals: list[Actual]
    ) -> Binding:
        """A call of one value."""
        if site.depth > MAXIMAL_DEPTH:
            return self.unknown(site, memory, actuals)
        site = replace(site, depth=site.depth + 1)
        if isinstance(callee, Function):
            return self.bodies.invoke(site, memory, callee, actuals)
        if isinstance(callee, Symbol):
            return self._symbol(site, memory, callee.full_name, actuals)
        if isinstance(callee, Transformed):
            return self._transformed(site, memory, callee, actuals)
        if isinstance(callee, Method):
            receiver = Actual(one(callee.receiver), None, site.text, site.node, receiver=True)
            inner = replace(site, direct=False)
            return self.invoke(inner, memory, callee.function, [receiver, *actuals])
        if isinstance(callee, Bound):
            return self._bound(site, memory, callee, actuals)
        if isinstance(callee, Producer):
            return self._producer(site, memory, callee, actuals)
        if isinstance(callee, Object):
            return self._object(site, memory, callee, actuals)
        if isinstance(callee, Descriptor):
            return self.invoke(site, memory, callee.function, actuals)
        if isinstance(callee, Literal | Plain):
            self._borrow_all(site, memory, actuals)
            return one(PLAIN_VALUE)
        return self._by_type(site, memory, actuals)

    def _object(
        self, site: CallSite, memory: Memory, callee: Object, actuals: list[Actual]
    ) -> Binding:
        shape = callee.shape
        if isinstance(shape, CallableShape):
            return self.by_signatures(site, memory, shape.signatures, actuals, Grounds("signature"))
        if isinstance(shape, InstanceShape | AffineShape | TupleShape):
            method = self.analysis.module.method(shape.class_name, "__call__")
            if method is not None:
                receiver = Actual(one(callee), None, site.text, site.node, receiver=True)
                return self.invoke(site, memory, method, [receiver, *actuals])
        return self._by_type(site, memory, actuals)

    def _transformed(
        self, site: CallSite, memory: Memory, callee: Transformed, actuals: list[Actual]
    ) -> Binding:
        kind = callee.kind
        if kind is TransformKind.TRANSPARENT:
            return self.invoke(site, memory, callee.inner, actuals)
        if kind is TransformKind.INFERENCE:
            return self._in_inference(site, memory, callee.inner, actuals)
        copying = kind is TransformKind.COPYING
        passed = list(actuals)
        # What differentiates copies the argument that it differentiates, which is the first one,
        # and hands on all others as they are.
        for number, actual in enumerate(passed):
            if copying or (number == 0 and actual.name is None):
                passed[number] = actual._replace(copied_by=actual.copied_by or callee.name)
        if copying:
            return self.invoke(site, memory, callee.inner, passed)
        return self._gradient(site, memory, callee, passed)

    def _in_inference(
        self, site: CallSite, memory: Memory, inner: Value, actuals: list[Actual]
    ) -> Binding:
        return self.invoke(replace(site, inference=True), memory, inner, actuals)

    def _gradient(
        self, site: CallSite, memory: Memory, callee: Transformed, actuals: list[Actual]
    ) -> Binding:
        heap = self.analysis.heap
        whole = site.destination
        if callee.kind is TransformKind.VALUE_AND_GRADIENT:
            inner_site = replace(site, destination=whole.at(0), typed=UNKNOWN, direct=False)
            value = self.invoke(inner_site, memory, callee.inner, actuals)
            fields: dict[ir.Key, Binding] = {ir.Item(0): value, ir.Item(1): one(PLAIN_VALUE)}
        elif callee.has_aux:
            aux = whole.at(1)
            destination = ir.Destination(kept=False, items=((1, aux),))
            inner_site = replace(site, destination=destination, typed=UNKNOWN, direct=False)
            value = self.invoke(inner_site, memory, callee.inner, actuals)
            returned = self.analysis.items_of(memory, value, ir.Item(1))
            fields = {ir.Item(0): one(PLAIN_VALUE), ir.Item(1): returned}
        else:
            inner_site = replace(site, destination=ir.DROPPED, typed=UNKNOWN, direct=False)
            self.invoke(inner_site, memory, callee.inner, actuals)
            return one(PLAIN_VALUE)
        shape = TupleShape((UNKNOWN, UNKNOWN))
        origin = self.analysis.origin(ir.Item("gradient"))
        return one(heap.new_record(memory, origin, shape, fields))

    def _bound(
        self, site: CallSite, memory: Memory, callee: Bound, actuals: list[Actual]
    ) -> Binding:
        def bound(value: Value, name: str | None) -> Actual:
            return Actual(one(value), None, site.text, site.node, name, bound=True)

        given = {actual.name for actual in actuals if actual.name is not None}
        merged = [bound(value, None) for value in callee.positional]
        merged += actuals
        merged += [bound(value, name) for name, value in callee.named if name not in given]
        return self.invoke(replace(site, direct=False), memory, callee.inner, merged)

    def _producer(
        self, site: CallSite, memory: Memory, callee: Producer, actuals: list[Actual]
    ) -> Binding:
        self._borrow_all(site, memory, actuals)
        self.analysis.make_room(memory, ())
        if isinstance(callee.result, Decorator):
            return one(Transformed(callee.result.kind, callee.arguments[0][1], "decorator"))
        arguments = {
            name: (Actual(one(value), None, name, site.node),) for name, value in callee.arguments
        }
        return self.results.build(
            memory,
            callee.result,
            arguments,
            site.typed,
            self.analysis.origin(),
            self.analysis.module.default_affine_class,
        )

    def _borrow_all(self, site: CallSite, memory: Memory, actuals: Sequence[Actual]) -> None:
        for actual in actuals:
            self.effects.check(site, memory, actual)

    # --- symbols ---------------------------------------------------------------------------------

    def _symbol(
        self, site: CallSite, memory: Memory, full_name: str, actuals: list[Actual]
    ) -> Binding:
        module = self.analysis.module
        if full_name == NEW_TYPE and actuals:
            names = [v.value for v in actuals[0].binding.values if isinstance(v, Literal)]
            if len(names) == 1:
                return one(Symbol(module.full_name(str(names[0]))))
        row = module.row(full_name)
        if row is not None:
            return self._row(site, memory, full_name, row, actuals)
        own = module.value_of_symbol(full_name)
        if own != Symbol(full_name):
            return self.invoke(site, memory, own, actuals)
        if module.is_own_class(full_name) or module.classes.info(full_name) is not None:
            return self.bodies.construct(site, memory, full_name, actuals)
        declaration = module.oracle.declaration(full_name)
        if declaration is None:
            return self._by_type(site, memory, actuals)
        module.depends_on(full_name)
        signatures = declaration.signatures
        grounds = Grounds("signature", (declaration.path, declaration.line))
        if any(actual.receiver for actual in actuals[:1]):
            return self.by_signatures(site, memory, signatures, actuals, grounds, True)
        return self.by_signatures(site, memory, signatures, actuals, grounds)

    def _row(
        self, site: CallSite, memory: Memory, full_name: str, row: Row, actuals: list[Actual]
    ) -> Binding:
        if isinstance(row, TransformContract):
            return self._transform(site, memory, full_name, row, actuals)
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
        kept = self.results.keeps(memory, row.result, arguments, site.destination, site.typed)
        effects = [(actual, effect_of[name], kept) for actual, name in matched.pairs]
        effects += [(actual, Effect.BORROW, kept) for actual in matched.left_over]
        affine_class = self._affine_class(memory, full_name, actuals)
        consumed = self.effects.apply(site, memory, effects, Grounds("library"))
        self.hand_over(site, memory, actuals)
        if consumed and site.destination.statement and isinstance(row.result, Fresh):
            self.dropped(site, memory, affine_class)
        actuals = analysis.make_room(memory, actuals)
        matched = match(formals, actuals)
        arguments = {name: matched.of(name) for name in effect_of}
        origin = analysis.origin()
        for number, store in enumerate(row.stores):
            value = self.results.build(
                memory,
                store.value,
                arguments,
                UNKNOWN,
                origin.child(ir.Item(f"store{number}")),
                affine_class,
            )
            self._store(memory, arguments, store.parameter, store.key, value)
        if site.inference and not isinstance(row.result, Fresh):
            handed = self._handed_through(memory, actuals, site.typed)
            if handed is not None:
                return handed
        return self.results.build(memory, row.result, arguments, site.typed, origin, affine_class)

    def _handed_through(
        self, memory: Memory, actuals: Sequence[Actual], typed: Shape
    ) -> Binding | None:
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
                    del typed
                    record = self.analysis.heap.new_record(
                        memory,
                        self.analysis.origin(ir.Item("inference")),
                        TupleShape((UNKNOWN, UNKNOWN)),
                        fields,
                    )
                    return one(record)
        return None

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
                    length = self.analysis.length(memory, item)
                    if length is not None and item.recent and not key_name:
                        key = ir.Item(length)
                self.analysis.heap.write(memory, item, key, value)

    def _affine_class(self, memory: Memory, full_name: str, actuals: Sequence[Actual]) -> str:
        for actual in actuals:
            for held in self.analysis.ownership.held(memory, actual.binding):
                shape = held.item.shape
                if isinstance(shape, AffineShape):
                    return shape.class_name
        return self.analysis.module.affine_class_of(full_name)

    def _transform(
        self,
        site: CallSite,
        memory: Memory,
        full_name: str,
        row: TransformContract,
        actuals: list[Actual],
    ) -> Binding:
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
        self._borrow_all(site, memory, actuals)
        name = site.text.rpartition(".")[2] if site.direct else full_name.rpartition(".")[2]
        results: dict[Value, Guard] = {}
        for value in values:
            if row.kind is TransformKind.BINDING:
                positional = tuple(
                    next(iter(actual.binding.values))
                    for actual, parameter in matched.pairs
                    if parameter != row.parameter and actual.name is None and not actual.splat
                )
                named = tuple(
                    (actual.name, next(iter(actual.binding.values)))
                    for actual, _ in matched.pairs
                    if actual.name is not None and actual.name != row.parameter
                )
                results[Bound(value, positional, named)] = ALWAYS
                continue
            if row.kind is TransformKind.INFERENCE and self._is(matched.of("value"), False):
                results[value] = ALWAYS
                continue
            has_aux = self._is(matched.of("has_aux"), True)
            results[Transformed(row.kind, value, name, has_aux)] = ALWAYS
        return Binding(results)

    def _is(self, actuals: Sequence[Actual], wanted: bool) -> bool:
        return any(
            isinstance(value, Literal) and value.value is wanted
            for actual in actuals
            for value in actual.binding.values
        )

    # --- signatures ------------------------------------------------------------------------------

    def _by_type(self, site: CallSite, memory: Memory, actuals: list[Actual]) -> Binding:
        """A callee that is no known value: ask the type checker for the signature of the call."""
        if site.direct and isinstance(site.node, ast.Call):
            signature = self.analysis.oracle.signature(site.node)
            plain = [actual for actual in actuals if not actual.receiver]
            if signature is not None:
                return self.by_signatures(site, memory, (signature,), plain, Grounds("signature"))
        return self.unknown(site, memory, actuals)

    def by_signatures(
        self,
        site: CallSite,
        memory: Memory,
        signatures: Sequence[Signature],
        actuals: list[Actual],
        grounds: Grounds,
        with_receiver: bool = False,
    ) -> Binding:
        """A callee of which only the signature is known.

        Args:
            with_receiver: the signatures' first parameter is the receiver, which `actuals` have
                too.
        """
        chosen = self._chosen(site, signatures, actuals, with_receiver)
        if chosen is None:
            return self.unknown(site, memory, actuals)
        shape = site.typed if not isinstance(site.typed, UnknownShape) else chosen.result
        modes = {parameter.name: parameter.mode for parameter in chosen.parameters}
        if isinstance(shape, UnknownShape) and all(
            mode is Mode.UNSPECIFIED for mode in modes.values()
        ):
            return self.unknown(site, memory, actuals)
        kept = self.results.kept_classes_of_shape(shape, site.destination)
        every = self.analysis.heap.classes.affine_classes_in(shape)
        formals = [Formal(parameter.name, parameter.kind) for parameter in chosen.parameters]
        passed = actuals
        if not with_receiver and actuals and actuals[0].receiver:
            passed = actuals[1:]
        matched = match(formals, passed)
        parameter_of = {id(actual): name for actual, name in matched.pairs}
        effects: list[tuple[Actual, Effect, bool]] = []
        declared = grounds
        for actual in actuals:
            mode = modes.get(parameter_of.get(id(actual), ""), Mode.UNSPECIFIED)
            classes = self.analysis.ownership.classes(memory, actual.binding)
            effect = Effect.BORROW
            if mode is Mode.CONSUMED:
                effect = Effect.CONSUME
                declared = replace(grounds, reason="annotation")
            elif mode is Mode.UNSPECIFIED and classes & every:
                effect = Effect.SUPERSEDE
            elif actual.receiver and not self._is_affine(actual):
                # A method whose body can't be read need not touch an old field of its receiver.
                effect = Effect.IGNORE
            effects.append((actual, effect, bool(classes & kept)))
        consumed = self.effects.apply(site, memory, effects, declared)
        self.hand_over(site, memory, actuals)
        if consumed and site.destination.statement and every:
            self.dropped(site, memory, sorted(every)[0])
        actuals = self.analysis.make_room(memory, actuals)
        origin = self.analysis.origin()
        if site.inference:
            handed = self._handed_through(memory, actuals, shape)
            if handed is not None:
                return handed
        return Binding(self.analysis.heap.allocate(memory, origin, shape))

    def _is_affine(self, actual: Actual) -> bool:
        return any(isinstance(v, Object) and v.is_affine for v in actual.binding.values)

    def _chosen(
        self,
        site: CallSite,
        signatures: Sequence[Signature],
        actuals: Sequence[Actual],
        with_receiver: bool,
    ) -> Signature | None:
        del with_receiver
        if len(signatures) > 1 and site.direct and isinstance(site.node, ast.Call):
            exact = self.analysis.oracle.signature(site.node)
            if exact is not None:
                wanted = {parameter.name for parameter in exact.parameters}
                for signature in signatures:
                    if wanted <= {parameter.name for parameter in signature.parameters} and (
                        signature.result == exact.result
                    ):
                        return signature
        for signature in signatures:
            matched = match(
                [Formal(parameter.name, parameter.kind) for parameter in signature.parameters],
                actuals,
            )
            if not matched.left_over:
                return signature
        return signatures[0] if signatures else None

    def unknown(self, site: CallSite, memory: Memory, actuals: list[Actual]) -> Binding:
        """A callee of which nothing is known.

        The result is known by what happens to it later: if a part of it turns out to be affine
        (`BodyAnalysis.promote`), the body is analysed again, and this call supersedes.
        """
        analysis = self.analysis
        origin = analysis.origin()
        shape = site.typed
        promoted: frozenset[str]
        if isinstance(shape, UnknownShape):
            promoted = frozenset(
                class_name
                for found, class_name in analysis.module.classes.promoted.items()
                if found.body == origin.body and found.operation == origin.operation
            )
        else:
            promoted = self.results.kept_classes_of_shape(shape, site.destination)
        effects = []
        for actual in actuals:
            classes = analysis.ownership.classes(memory, actual.binding)
            superseded = bool(classes & promoted) and not actual.receiver
            effect = Effect.SUPERSEDE if superseded else Effect.BORROW
            if actual.receiver:
                effect = Effect.IGNORE
            effects.append((actual, effect, superseded))
        self.effects.apply(site, memory, effects, Grounds("unknown"))
        self.hand_over(site, memory, actuals)
        analysis.make_room(memory, ())
        return Binding(analysis.heap.allocate(memory, origin, shape))

    # --- reports ----------------------------------------------------------------------------------

    def dropped(self, site: CallSite, memory: Memory, class_name: str) -> None:
        """A consuming call whose new object an expression statement throws away."""
        analysis = self.analysis
        event = next(
            (
                event
                for event in analysis.module.events
                if event.body == analysis.body.name and event.operation == analysis.operation_number
            ),
            None,
        )
        analysis.report(
            memory,
            rule="state-dropped",
            misuse=Misuse.DROPPED,
            node=site.node,
            place=event.place if event is not None else "",
            class_name=class_name,
            callee=site.text,
        )


def _grouped(callee: Binding) -> list[tuple[Value, dict[Value, Guard], Guard]]:
    """The different callees of a binding; one method of several receivers is one callee."""
    groups: dict[Value, tuple[dict[Value, Guard], Guard]] = {}
    for value, guard in callee.values.items():
        if isinstance(value, Method):
            receivers, _ = groups.setdefault(value.function, ({}, ALWAYS))
            receivers[value.receiver] = guard
        else:
            groups[value] = ({}, guard)
    return [(function, receivers, guard) for function, (receivers, guard) in groups.items()]


def _facts_with(facts: Conjunction, guard: Guard) -> Conjunction:
    """The facts on a path on which a guard holds, as far as one conjunction can say it."""
    return facts | next(iter(guard)) if len(guard) == 1 else facts
