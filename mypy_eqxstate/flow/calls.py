"""What a call does: find the contract of the callee, apply it, build the result.

The sources of a contract, first match wins (`Borrowed`/`Consumed` annotations outrank all for
their parameter):

1. the library table and the user's own rows, by full name (`flow/rows.py`);
2. the body, when the callee is a function of this module or of another one that can be read: a
   summary (`flow/bodies.py`), or a class: what its constructor stores (`flow/construct.py`);
3. the signature: an argument of an affine class, or of a class that holds one, is superseded when
   the result holds a newer one of that class (`flow/signatures.py`);
4. nothing: an unknown callee supersedes if a part of its result later turns out to be affine.

Callables are values (`flow/values.py`), so that `jax.jit(f)`, `partial(f, state)` or a bound
method carry the contract of what they are made of wherever they go (`flow/transforms.py`).  Here
is the dispatch: which callee, and which of these it takes.

Limit: `MAXIMAL_DEPTH` callables inside callables.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from mypy_eqxstate.contracts.model import Contract, Decorator, Row, Same
from mypy_eqxstate.flow.alternatives import branch, rejoin
from mypy_eqxstate.flow.arguments import Actual, actual_arguments
from mypy_eqxstate.flow.attributes import Attributes
from mypy_eqxstate.flow.bindings import ALIVE, Binding, one
from mypy_eqxstate.flow.bodies import BodyCalls
from mypy_eqxstate.flow.callbacks import Callbacks
from mypy_eqxstate.flow.construct import construct
from mypy_eqxstate.flow.effects import CallSite, Effects, Grounds
from mypy_eqxstate.flow.evidence import note_evidence
from mypy_eqxstate.flow.guards import ALWAYS, Guard, excluded
from mypy_eqxstate.flow.inert import inert_result
from mypy_eqxstate.flow.kept import Kept
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.problems import Misuse
from mypy_eqxstate.flow.results import Results, typed_call
from mypy_eqxstate.flow.rows import Rows
from mypy_eqxstate.flow.signatures import Signatures
from mypy_eqxstate.flow.suspended import run_in_place, run_suspended
from mypy_eqxstate.flow.transforms import Transforms
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
    Symbol,
    Transformed,
    Value,
)
from mypy_eqxstate.fullnames import DESCRIBED_PACKAGES, NEW_TYPE
from mypy_eqxstate.ir import model as ir
from mypy_eqxstate.oracle.shapes import (
    UNKNOWN,
    AffineShape,
    CallableShape,
    InstanceShape,
    TupleShape,
)

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis

MAXIMAL_DEPTH: Final = 12


class Calls:
    """The calls of one body."""

    # For mypyc: what `release` takes away.
    __deletable__ = ["bodies", "callbacks", "rows", "signatures", "transforms"]  # noqa: RUF012

    def __init__(self, analysis: BodyAnalysis) -> None:
        self.analysis = analysis
        self.attributes = Attributes(analysis)
        self.results = Results(analysis)
        self.kept = Kept(analysis)
        self.effects = Effects(analysis)
        self.bodies = BodyCalls(analysis, self)
        self.callbacks = Callbacks(analysis, self)
        self.rows = Rows(analysis, self)
        self.signatures = Signatures(analysis, self)
        self.transforms = Transforms(analysis, self)
        self._depth = 0

    def release(self) -> None:
        """Let go of the parts, which refer to each other; nothing may be called afterwards."""
        del self.bodies, self.callbacks, self.rows, self.signatures, self.transforms

    # --- entry points ----------------------------------------------------------------------------

    def call(self, memory: Memory, op: ir.Call) -> Binding:
        """Carry out a call operation."""
        analysis = self.analysis
        self.effects.begin()
        inert = inert_result(analysis, memory, op)
        if inert is not None:
            return inert
        decorates = self._decorates(op)
        node = op.node.func if isinstance(op.node, ast.Call) and not decorates else op.node
        direct = isinstance(op.node, ast.Call) and not decorates
        site = CallSite(
            node=op.node,
            text=analysis.module.text(node),
            destination=self._destination(memory, op),
            typed=typed_call(analysis, op.node) if direct else UNKNOWN,
            direct=direct,
            keeps=analysis.is_bound_next(op.target),
        )
        if decorates:
            held = list(analysis.read(memory, op.arguments[0].source).values)
            if len(held) == 1 and isinstance(held[0], Symbol):
                return one(held[0])  # a decorated class is still that class
        callee = analysis.read(memory, op.callee)
        receiver = analysis.receivers.get(op.callee)
        note_evidence(analysis, memory, op, receiver)
        for argument in op.arguments:
            run_in_place(analysis, memory, argument.source, op.node)
        actuals = actual_arguments(analysis, memory, op.arguments)
        for number, actual in enumerate(actuals):
            given = run_suspended(analysis, memory, actual.binding, op.node)
            if given is not actual.binding:
                actuals[number] = actual._replace(binding=given)
        return self.of_binding(site, memory, callee, actuals, receiver, op.callee)

    def _destination(self, memory: Memory, op: ir.Call) -> ir.Destination:
        """What becomes of the result, also where it is handed through first: `ready(f(x))`."""
        following = self.analysis.following
        if not isinstance(following, ir.Call) or following.destination == ir.KEPT:
            return op.destination
        if [argument.source for argument in following.arguments] != [op.target]:
            return op.destination
        values = list(self.analysis.read(memory, following.callee).values)
        callee = values[0] if len(values) == 1 else None
        row = self.analysis.module.row(callee.full_name) if isinstance(callee, Symbol) else None
        if isinstance(row, Contract) and isinstance(row.result, Same):
            return following.destination
        return op.destination

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
        if len(groups) > 1:
            possible = [group for group in groups if not excluded(group[2], memory.facts)]
            groups = possible or groups
        outcomes: list[tuple[Memory, Binding]] = []
        returns = False
        starts: list[int] = []
        for number, (function, receivers, guard) in enumerate(groups):
            starts.append(len(self.analysis.found_now.problems))
            taken = memory
            if len(groups) > 1:
                taken = branch(self.analysis, memory, guard, number)
            if receivers:
                first = self._receiver(taken, receivers, receiver, temporary)
                result = self.invoke(site, taken, function, [first, *actuals])
            else:
                result = self.invoke(site, taken, function, actuals)
            outcomes.append((taken, result))
            returns = returns or not self.analysis.dead_end
            self.analysis.dead_end = False
        self.analysis.dead_end = not returns
        if len(groups) > 1:
            self.analysis.found_now.weaken_alternatives(starts)
        if not outcomes:
            return self.signatures.unknown(site, memory, actuals)
        return rejoin(self.analysis, memory, outcomes)

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

    def set_property(self, memory: Memory, op: ir.WriteAttribute) -> bool:
        """Store something in a property: a call of its setter; whether that is what it is."""
        analysis = self.analysis
        held = list(analysis.read(memory, op.base).values)
        item = held[0] if len(held) == 1 else None
        if not isinstance(item, Object) or not isinstance(item.shape, InstanceShape):
            return False
        function = analysis.module.definitions.setter(item.shape.class_name, op.name)
        if function is None or op.source is None:
            return False
        self.effects.begin()
        text = analysis.text_of(op.base)
        site = CallSite(op.node, f"{text}.{op.name}", ir.KEPT, UNKNOWN, False)
        receiver = Actual(one(item), op.base, text, op.node, receiver=True)
        value = Actual(
            analysis.read(memory, op.source), op.source, analysis.text_of(op.source), op.node
        )
        self.invoke(site, memory, function, [receiver, value])
        return True

    def hand_over(self, site: CallSite, memory: Memory, actuals: Sequence[Actual]) -> None:
        """A function of this module given to a callee that can't be read: it may call it, once."""
        for actual in actuals:
            for value in actual.binding.values:
                inner = value
                while isinstance(inner, Transformed | Bound):
                    inner = inner.inner
                if (
                    isinstance(inner, Function)
                    and self.analysis.module.index.has(inner.node)
                    and (self.analysis.module.free_variables(inner.node))
                ):
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
        if self._depth > MAXIMAL_DEPTH:
            return self.signatures.unknown(site, memory, actuals)
        self._depth += 1
        try:
            return self._dispatch(site, memory, callee, actuals)
        finally:
            self._depth -= 1

    def _dispatch(
        self, site: CallSite, memory: Memory, callee: Value, actuals: list[Actual]
    ) -> Binding:
        if isinstance(callee, Function):
            described = self._described(callee)
            if described is not None:
                return self.rows.call(site, memory, *described, actuals)
            return self.bodies.invoke(site, memory, callee, actuals)
        if isinstance(callee, Symbol):
            return self._symbol(site, memory, callee.full_name, actuals)
        if isinstance(callee, Transformed):
            return self.transforms.call(site, memory, callee, actuals)
        if isinstance(callee, Method):
            receiver = Actual(one(callee.receiver), None, site.text, site.node, receiver=True)
            inner = site._replace(direct=False)
            return self.invoke(inner, memory, callee.function, [receiver, *actuals])
        if isinstance(callee, Bound):
            return self._bound(site, memory, callee, actuals)
        if isinstance(callee, Producer):
            return self._producer(site, memory, callee, actuals)
        if isinstance(callee, Object):
            return self._object(site, memory, callee, actuals)
        if isinstance(callee, Descriptor):
            return self.invoke(site, memory, callee.function, actuals)
        if isinstance(callee, Literal | Plain) and not self._gives_affine(memory, actuals):
            self.borrow_all(site, memory, actuals)
            return one(PLAIN_VALUE)
        return self.signatures.of_call(site, memory, actuals)

    def _described(self, function: Function) -> tuple[str, Row] | None:
        """The row that the user has written for a function, which outranks its body."""
        home = self.analysis.module.home(function.node)
        if home.index.name.partition(".")[0] in DESCRIBED_PACKAGES:
            return None  # the library table is made for those who call into them
        full_name = home.definitions.full_name(function.name)
        row = self.analysis.module.row(full_name)
        return None if row is None else (full_name, row)

    def _gives_affine(self, memory: Memory, actuals: Sequence[Actual]) -> bool:
        """Whether an argument is affine: plain data takes no such thing, so its type is wrong."""
        classes = self.analysis.ownership.holdings.classes
        return any(classes(memory, actual.binding) for actual in actuals if not actual.receiver)

    def _object(
        self, site: CallSite, memory: Memory, callee: Object, actuals: list[Actual]
    ) -> Binding:
        shape = callee.shape
        if isinstance(shape, CallableShape):
            return self.signatures.by_signatures(
                site, memory, shape.signatures, actuals, Grounds("signature")
            )
        if isinstance(shape, InstanceShape | AffineShape | TupleShape):
            method = self.analysis.module.definitions.method(shape.class_name, "__call__")
            if method is not None:
                receiver = Actual(one(callee), None, site.text, site.node, receiver=True)
                return self.invoke(site, memory, method, [receiver, *actuals])
        return self.signatures.of_call(site, memory, actuals)

    def _bound(
        self, site: CallSite, memory: Memory, callee: Bound, actuals: list[Actual]
    ) -> Binding:
        def bound(number: int, value: Value, name: str | None = None) -> Actual:
            text, node = site.text, site.node
            return Actual(one(value), None, text, node, name, bound=True, number=number)

        given = {actual.name for actual in actuals if actual.name is not None}
        merged = [bound(number, value) for number, value in enumerate(callee.positional)]
        merged += actuals
        merged += [
            bound(number, value, name)
            for number, (name, value) in enumerate(callee.named, len(callee.positional))
            if name not in given
        ]
        return self.invoke(site._replace(direct=False), memory, callee.inner, merged)

    def _producer(
        self, site: CallSite, memory: Memory, callee: Producer, actuals: list[Actual]
    ) -> Binding:
        self.borrow_all(site, memory, actuals)
        self.analysis.make_room(memory, ())
        if isinstance(callee.result, Decorator):
            kind = callee.result.kind
            decorated = [value for _, value in callee.arguments]
            decorated += [value for actual in actuals[:1] for value in actual.binding.values]
            return one(Transformed(kind, decorated[0], "decorator")) if decorated else one(callee)
        arguments = {
            name: (Actual(one(value), None, name, site.node),) for name, value in callee.arguments
        }
        return self.results.build(
            memory,
            callee.result,
            arguments,
            site.typed,
            self.analysis.origin(),
            self.analysis.module.definitions.default_affine_class,
        )

    def borrow_all(self, site: CallSite, memory: Memory, actuals: Sequence[Actual]) -> None:
        """Use the arguments of a callee that has no effect on them."""
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
                return one(Symbol(module.definitions.full_name(str(names[0]))))
        row = module.row(full_name)
        if row is not None:
            return self.rows.call(site, memory, full_name, row, actuals)
        own = module.definitions.value_of_symbol(full_name)
        if own != Symbol(full_name):
            return self.invoke(site, memory, own, actuals)
        found = module.definition(full_name, self.bodies.brings_something(memory, actuals))
        if found is not None and self.bodies.concerns(memory, found, actuals):
            return self.invoke(site, memory, found, actuals)
        if module.definitions.is_own_class(full_name) or module.classes.info(full_name) is not None:
            return construct(self, site, memory, full_name, actuals)
        declaration = module.oracle.declaration(full_name)
        if declaration is None:
            return self.signatures.of_call(site, memory, actuals)
        module.depends_on(full_name)
        signatures = declaration.signatures
        grounds = Grounds("signature", (declaration.path, declaration.line))
        if any(actual.receiver for actual in actuals[:1]):
            return self.signatures.by_signatures(site, memory, signatures, actuals, grounds, True)
        return self.signatures.by_signatures(site, memory, signatures, actuals, grounds)

    # --- reports ----------------------------------------------------------------------------------

    def is_missed(self, memory: Memory, actuals: Sequence[Actual]) -> bool:
        """Whether somebody outside of the body has what was consumed: a caller, another function.

        What the body has made itself, as tests do that just call a model, is missed only where it
        is read again, and there it is reported.
        """
        held = self.analysis.ownership.holdings.held
        return any(
            one.item.origin.is_input for actual in actuals for one in held(memory, actual.binding)
        )

    def dropped(self, site: CallSite, memory: Memory, class_name: str) -> None:
        """A consuming call whose new object an expression statement throws away."""
        analysis = self.analysis
        event = analysis.module.event_at(analysis.body.name, analysis.operation_number)
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
