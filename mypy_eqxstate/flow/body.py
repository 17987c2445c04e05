"""The ownership analysis of one body: what each operation does to the memory.

A `BodyAnalysis` is the dataflow problem that `flow/solver.py` solves.  It is made for one body in
one *context* (what is known of its parameters and of the names it captures), is solved to a
fixpoint with reports off, and then runs once more over the solution with reports on: solve first,
report afterwards, so that nothing is reported from a state that is not final.

The rules about ownership are in `flow/ownership.py`, calls in `flow/calls.py`, fields in
`flow/heap.py`; what remains here is one short method for each operation of the IR.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mypy_eqxstate.flow.arguments import Actual
from mypy_eqxstate.flow.explain import loop_line, newest_place
from mypy_eqxstate.flow.guards import ALWAYS, Guard, both
from mypy_eqxstate.flow.heap import DISPLAY_SHAPES, Heap, normal_key, values_of_shape
from mypy_eqxstate.flow.liveness import crossing_temporaries
from mypy_eqxstate.flow.memory import (
    LIVE,
    Binding,
    Memory,
    Root,
    join,
    merge_bindings,
    one,
    renamed,
)
from mypy_eqxstate.flow.ownership import Ownership
from mypy_eqxstate.flow.problems import Misuse, Problem
from mypy_eqxstate.flow.refine import refined
from mypy_eqxstate.flow.solver import solve
from mypy_eqxstate.flow.values import (
    NONE_VALUE,
    PLAIN_VALUE,
    UNKNOWN_VALUE,
    Event,
    Function,
    Object,
    Origin,
    Symbol,
    Value,
    literal,
)
from mypy_eqxstate.ir import model as ir
from mypy_eqxstate.oracle.shapes import (
    UNKNOWN,
    AffineShape,
    ContainerShape,
    Mode,
    Shape,
    TupleShape,
    UnknownShape,
)

if TYPE_CHECKING:
    from mypy_eqxstate.flow.module import ModuleAnalysis

BLOCK_STRIDE: Final = 10_000
INPUT: Final = -1


class BodyAnalysis:
    """One body, analysed in one context."""

    def __init__(
        self,
        module: ModuleAnalysis,
        body: ir.Body,
        inputs: Mapping[ir.Variable, Binding],
        modes: Mapping[str, Mode],
    ) -> None:
        from mypy_eqxstate.flow.calls import Calls

        self.module = module
        self.oracle = module.oracle
        self.body = body
        self.inputs = dict(inputs)
        self.modes = modes
        self.heap = Heap(module.classes)
        self.ownership = Ownership(self)
        self.calls = Calls(self)
        self.definitions: dict[ir.Temporary, ast.AST] = {}
        self.receivers: dict[ir.Temporary, ir.Temporary] = {}
        self.problems: list[Problem] = []
        self.returned: list[tuple[Memory, Binding]] = []
        self.yielded: Binding | None = None
        self._clean_uses: set[tuple[ast.AST, str]] = set()
        self.reporting = False
        self.position = (0, 0)
        self.dead_end = False
        self._call_conditions: dict[int, frozenset[str]] = {}
        self._crossing = crossing_temporaries(body)
        self._conditions = self._conditions_by_variable()

    def _conditions_by_variable(self) -> dict[ir.Variable, frozenset[str]]:
        texts: dict[ir.Variable, set[str]] = {}
        for block in self.body.blocks:
            terminator = block.terminator
            if isinstance(terminator, ir.Branch):
                for fact in (*terminator.then_facts, *terminator.otherwise_facts):
                    for variable in fact.variables:
                        texts.setdefault(variable, set()).add(fact.text)
        return {variable: frozenset(found) for variable, found in texts.items()}

    # --- running --------------------------------------------------------------------------------

    def run(self) -> None:
        """Solve the body, then collect problems and return states from the solution.

        Raises:
            NoFixpoint: the solver gave up.
        """
        promoted = -1
        while promoted != len(self.module.classes.promoted):
            promoted = len(self.module.classes.promoted)
            self.yielded = None
            solution = solve(self.body, self)
        self.reporting = True
        self.problems = []
        self.returned = []
        for index in solution.order:
            if index in solution.entry:
                for _ in self.flow_through(self.body.blocks[index], solution.entry[index]):
                    pass
        self.reporting = False
        self.problems = [
            replace(problem, may=True)
            if problem.events and (problem.node, problem.place) in self._clean_uses
            else problem
            for problem in self.problems
        ]

    def entry_state(self) -> Memory:
        """The memory before the first operation: the parameters hold what the context says."""
        memory = Memory()
        for variable in self.body.parameters:
            binding = self.default_binding(variable)
            if binding is not None:
                memory.bindings[variable] = binding
        return memory

    def default_binding(self, root: Root) -> Binding | None:
        """What an input variable holds that the path has not looked at; None for locals."""
        if isinstance(root, int):
            return None
        found = self.inputs.get(root)
        if found is not None:
            return found
        if root in self.body.locals and root not in self.body.parameters:
            return None
        found = self.module.foreign_binding(root, self.body)
        self.inputs[root] = found
        return found

    def join_all(self, states: Sequence[Memory]) -> Memory:
        """The memory after any of several paths."""
        return join(states, self.default_binding, self.heap.default_field)

    @property
    def operation_number(self) -> int:
        """The number of the operation at work, unique in the body."""
        return self.position[0] * BLOCK_STRIDE + self.position[1]

    @property
    def in_loop(self) -> bool:
        """Whether the operation at work may run several times."""
        return self.body.blocks[self.position[0]].loop is not None

    def origin(self, *path: ir.Key) -> Origin:
        """The origin of what the operation at work makes."""
        return Origin(self.body.name, self.operation_number, None, path)

    def flow_through(self, block: ir.Block, state: Memory) -> Iterator[tuple[int, int, Memory]]:
        """Run the operations of a block on a copy of its entry memory."""
        memory = state.copy()
        self.dead_end = False
        changed = True
        for number, operation in enumerate(block.operations):
            self.position = (block.index, number)
            if block.handler is not None and changed and ir.may_raise(operation):
                yield self._enter_block(block.handler, memory.copy())
                changed = False
            memory.aged = block.loop is None
            if block.loop is not None and self.operation_number in self._call_conditions:
                memory.forget_conditions(self._call_conditions[self.operation_number])
            if block.loop is not None and isinstance(operation, _ALLOCATING):
                self.heap.age(memory, self.body.name, self.operation_number)
            step = _STEPS[type(operation)]
            step(self, memory, operation)
            changed = changed or not isinstance(operation, _UNCHANGING)
            if self.dead_end:
                if block.handler is not None:
                    yield self._enter_block(block.handler, memory)
                return
        self.position = (block.index, len(block.operations))
        yield from self._leave(block, memory)

    def _enter_block(self, block: int, memory: Memory) -> tuple[int, int, Memory]:
        """A memory as it goes over an edge: without the temporaries that end in this block."""
        crossing = self._crossing
        for root in [r for r in memory.bindings if isinstance(r, int) and r not in crossing]:
            del memory.bindings[root]
        return block, self.operation_number, memory

    def _leave(self, block: ir.Block, memory: Memory) -> Iterator[tuple[int, int, Memory]]:
        terminator = block.terminator
        if isinstance(terminator, ir.Jump):
            yield self._enter_block(terminator.block, memory)
        elif isinstance(terminator, ir.Branch):
            for target, facts in (
                (terminator.then, terminator.then_facts),
                (terminator.otherwise, terminator.otherwise_facts),
            ):
                taken = memory.copy()
                if self._assume(taken, facts):
                    yield self._enter_block(target, taken)
        elif isinstance(terminator, ir.Suppress):
            if self.oracle.swallows_exceptions(terminator.context):
                yield self._enter_block(terminator.swallowed, memory.copy())
            if terminator.reraised is not None:
                yield self._enter_block(terminator.reraised, memory)
        elif isinstance(terminator, ir.Return):
            if terminator.source is not None and not isinstance(self.body.node, ast.Module):
                self.use(memory, terminator.source, misuse=Misuse.USED)
            if self.reporting:
                binding = one(NONE_VALUE)
                if terminator.source is not None:
                    binding = self.read(memory, terminator.source)
                memory.facts = memory.facts | {("return", self.operation_number)}
                self.returned.append((memory, binding))

    def _assume(self, memory: Memory, facts: Iterable[ir.Fact]) -> bool:
        """Add what holds on an edge; False if it contradicts what is known."""
        for fact in facts:
            if (fact.text, not fact.holds) in memory.facts:
                return False
            if fact.none_test is not None and not self._narrow_none(memory, fact):
                return False
            memory.facts = memory.facts | {(fact.text, fact.holds)}
        return True

    def _narrow_none(self, memory: Memory, fact: ir.Fact) -> bool:
        place = fact.none_test
        if place is None or place.path:
            return True
        binding = memory.bindings.get(place.variable)
        if binding is None:
            return True
        kept = {
            value: guard
            for value, guard in binding.values.items()
            if (value == NONE_VALUE) is fact.holds
            or value == UNKNOWN_VALUE
            or (isinstance(value, Object) and isinstance(value.shape, UnknownShape))
        }
        if not kept:
            return not binding.values
        if len(kept) != len(binding.values):
            memory.bindings[place.variable] = Binding(kept, binding.marks)
        return True

    # --- reading and using ----------------------------------------------------------------------

    def read(self, memory: Memory, temporary: ir.Temporary) -> Binding:
        """What a temporary holds."""
        binding = memory.bindings.get(temporary)
        return one(UNKNOWN_VALUE) if binding is None else binding

    def text_of(self, temporary: ir.Temporary) -> str:
        """A temporary's expression as written, for messages."""
        node = self.definitions.get(temporary)
        return self.module.text(node) if node is not None else "value"

    def use(
        self,
        memory: Memory,
        temporary: ir.Temporary,
        misuse: Misuse = Misuse.USED,
        callee: str = "",
        deep: bool = True,
    ) -> bool:
        """A use of the value of a temporary, at the expression that it comes from."""
        node = self.definitions.get(temporary)
        if node is None:
            return False
        parts = self.body.parts.get(temporary)
        if parts and deep and all(part in memory.bindings for part in parts):
            return any([self.use(memory, part, misuse, callee) for part in parts])
        return self.ownership.check(
            memory,
            self.read(memory, temporary),
            node,
            self.text_of(temporary),
            temporary,
            misuse,
            callee,
            deep,
        )

    def set(self, memory: Memory, temporary: ir.Temporary, binding: Binding, node: ast.AST) -> None:
        """Give a temporary its value."""
        self.definitions[temporary] = node
        memory.bindings[temporary] = binding

    def report(
        self,
        memory: Memory,
        *,
        rule: str,
        misuse: Misuse,
        node: ast.AST,
        place: str,
        class_name: str,
        events: tuple[Event, ...] = (),
        may: bool = False,
        callee: str = "",
    ) -> None:
        """Record a problem, if this is the run that reports."""
        if not self.reporting:
            return
        self.problems.append(
            Problem(
                rule=rule,
                misuse=misuse,
                body=self.body.name,
                node=node,
                place=place,
                class_name=class_name,
                events=events,
                may=may,
                newest=newest_place(memory, events, self.body),
                loop_lines=tuple(loop_line(self.body, event, self.position) for event in events),
                callee=callee,
                position=self.position,
            )
        )

    def note_clean_use(self, node: ast.AST, place: str) -> None:
        """An operation of this node is no misuse: another copy of it (`finally`) "may" be one."""
        if self.reporting:
            self._clean_uses.add((node, place))

    # --- operations -----------------------------------------------------------------------------

    def _read_variable(self, memory: Memory, op: ir.ReadVariable) -> None:
        binding = memory.bindings.get(op.variable)
        if binding is None:
            binding = self.default_binding(op.variable)
            if binding is None:
                binding = one(UNKNOWN_VALUE)
            memory.bindings[op.variable] = binding
        exact = self._refine(memory, binding, op.node)
        if exact is not binding:
            memory.bindings[op.variable] = exact
            binding = exact
        self.set(memory, op.target, binding, op.node)

    def _refine(self, memory: Memory, binding: Binding, node: ast.AST) -> Binding:
        """A binding with what the type checker knows at this node about its unknown parts."""
        if not isinstance(node, ast.expr):
            return binding
        return refined(binding, node, self.oracle, self.heap.classes, self.origin())

    def _write_variable(self, memory: Memory, op: ir.WriteVariable) -> None:
        binding = self.read(memory, op.source)
        before = memory.bindings.get(op.variable)
        if before is not None:
            self.promote_like(binding, before)
        self.forget_conditions(memory, op.variable)
        if op.variable not in self.body.locals:
            self.use(memory, op.source)
        memory.bindings[op.variable] = binding

    def make_room(self, memory: Memory, actuals: Iterable[Actual]) -> list[Actual]:
        """Before a call makes new objects: those of its last turn become earlier ones.

        Returns:
            the arguments, which may hold such objects.
        """
        found = list(actuals)
        if memory.aged:
            return found
        memory.aged = True
        for old, new in self.heap.age(memory, self.body.name, self.operation_number):
            found = [a._replace(binding=renamed(a.binding, old, new)) for a in found]
        return found

    def forget_conditions(self, memory: Memory, variable: ir.Variable) -> None:
        """Conditions about a variable that is being rebound say nothing of its new value."""
        memory.forget_conditions(self._conditions.get(variable, frozenset()))

    def note_call_conditions(self, texts: frozenset[str]) -> None:
        """Guards speak of decisions inside the call at work; its next turn decides anew."""
        number = self.operation_number
        self._call_conditions[number] = self._call_conditions.get(number, frozenset()) | texts

    def promote_like(self, binding: Binding, before: Binding) -> None:
        """What rebinds the name of an affine object is taken for one of the same class."""
        for old in before.values:
            if isinstance(old, Object) and isinstance(old.shape, AffineShape):
                self.promote(binding, old.shape.class_name)

    def promote(self, binding: Binding, class_name: str) -> None:
        """Evidence that an unknown value is an affine object: remembered for the next round."""
        for value in binding.values:
            if isinstance(value, Object) and isinstance(value.shape, UnknownShape):
                self.module.classes.promoted.setdefault(value.origin, class_name)

    def _delete_variable(self, memory: Memory, op: ir.DeleteVariable) -> None:
        self.forget_conditions(memory, op.variable)
        memory.bindings[op.variable] = one(UNKNOWN_VALUE)

    def _read_attribute(self, memory: Memory, op: ir.ReadAttribute) -> None:
        base = self.read(memory, op.base)
        self.receivers[op.target] = op.base
        result = self.calls.attributes.read(memory, base, op)
        exact = self._refine(memory, result, op.node)
        holders = list(base.values)
        if exact is not result and len(holders) == 1 and isinstance(holders[0], Object):
            # What became known stays known, so that a later read finds the same object.
            key = normal_key(holders[0], ir.Attribute(op.name))
            if key in memory.fields.get(holders[0], {}):
                memory.set_field(holders[0], key, exact)
        self.set(memory, op.target, exact, op.node)

    def _write_attribute(self, memory: Memory, op: ir.WriteAttribute) -> None:
        self._write_field(memory, op.base, ir.Attribute(op.name), op.source)

    def _read_item(self, memory: Memory, op: ir.ReadItem) -> None:
        base = self.read(memory, op.base)
        key: ir.Key = op.key
        binding = self.items_of(memory, base, key)
        if isinstance(key, ir.Elements):
            binding = self.representative(memory, binding)
        self.set(memory, op.target, self._refine(memory, binding, op.node), op.node)

    def items_of(self, memory: Memory, base: Binding, key: ir.Key) -> Binding:
        result: Binding | None = None
        for value, guard in base.values.items():
            part: Binding | None = None
            if isinstance(value, Object):
                part = self.heap.read(memory, value, key)
            elif value == PLAIN_VALUE:
                part = one(PLAIN_VALUE)
            if part is None:
                part = one(UNKNOWN_VALUE)
            if guard is not ALWAYS:
                part = Binding({v: both(g, guard) for v, g in part.values.items()}, part.marks)
            result = part if result is None else merge_bindings(result, part)
        if result is None:
            result = one(UNKNOWN_VALUE)
        return self.inherit_marks(memory, result, base)

    def inherit_marks(self, memory: Memory, part: Binding, whole: Binding) -> Binding:
        """A part of something that was superseded as a whole is superseded too."""
        if len(whole.marks) == 1 and LIVE in whole.marks:
            return part
        if not self.ownership.classes(memory, part):
            return part
        if len(part.marks) == 1 and LIVE in part.marks:
            return Binding(part.values, whole.marks)
        return Binding(part.values, {**part.marks, **whole.marks})

    def representative(
        self, memory: Memory, binding: Binding, origin: Origin | None = None
    ) -> Binding:
        """Some element of a container: an object of its own, which stands for any of them."""
        here = self.origin() if origin is None else origin
        values: dict[Value, Guard] = {}
        represented: dict[Object, list[Object]] = {}
        for value, guard in binding.values.items():
            if not isinstance(value, Object) or value.origin == here:
                values[value] = guard
            elif value.is_affine:
                element = Object(here, value.shape)
                known = memory.represents.get(element, frozenset())
                others = memory.represents.get(value.identity, frozenset())
                memory.represents[element] = known | others | {value.identity}
                # What died as the element of an earlier turn is not this turn's element.
                earlier = (
                    value.events
                    and all(event.through == here.operation for event in value.events)
                    and value.identity not in memory.repeated
                )
                if not earlier:
                    values[element._replace(events=value.events)] = ALWAYS
                elif len(binding.values) == 1:
                    values[element] = ALWAYS
            elif self._holds(memory, value):
                element = Object(here, value.shape)
                represented.setdefault(element, []).append(value)
                values[element] = ALWAYS
            else:
                values[value] = guard
        for element, items in represented.items():
            self._represent(memory, element, items, 3)
        return Binding(values, binding.marks)

    def _holds(self, memory: Memory, item: Object) -> bool:
        return bool(
            self.heap.classes.affine_classes_in(item.shape)
            or memory.fields.get(item)
            or item in memory.represents
        )

    def _represent(self, memory: Memory, element: Object, items: list[Object], depth: int) -> None:
        """Make an object that stands for any of several, with what they hold represented, too."""
        memory.fields[element] = {}
        if depth == 0:
            return
        merged: dict[ir.Key, Binding] = {}
        for item in items:
            self.ownership.materialise(memory, item)
            for key, field in memory.fields.get(item, {}).items():
                _put(merged, key, field)
        for key, field in merged.items():
            if isinstance(key, ir.Elements):
                memory.set_field(element, key, field)
                continue
            part = self.representative(memory, field, element.origin.child(key))
            memory.set_field(element, key, part)

    def _write_item(self, memory: Memory, op: ir.WriteItem) -> None:
        self._write_field(memory, op.base, op.key, op.source)
        if isinstance(op.key, ir.Elements) and op.source is not None:
            self._written_back(memory, op)

    def _written_back(self, memory: Memory, op: ir.WriteItem) -> None:
        """An item written under an unknown index replaces the one that was consumed (policy)."""
        for container in self.read(memory, op.base).values:
            if isinstance(container, Object):
                fields = memory.fields.get(container, {})
                memory.fields[container] = {
                    key: Binding(
                        {v: g for v, g in field.values.items() if not _is_dead(v)} or field.values
                    )
                    for key, field in fields.items()
                }

    def _write_field(
        self, memory: Memory, base: ir.Temporary, key: ir.Key, source: ir.Temporary | None
    ) -> None:
        holders = self.read(memory, base)
        binding = one(UNKNOWN_VALUE) if source is None else self.read(memory, source)
        objects = [value for value in holders.values if isinstance(value, Object)]
        if source is not None and any(item.origin.is_input for item in objects):
            self.use(memory, source)
            binding = self.read(memory, source)
        strong = len(holders.values) == 1
        for item in objects:
            before = memory.fields.get(item, {}).get(key)
            if before is not None:
                self.promote_like(binding, before)
            self.heap.write(memory, item, key, binding, strong)

    def _unpack(self, memory: Memory, op: ir.Unpack) -> None:
        base = self.read(memory, op.source)
        if op.rest:
            record = self.heap.new_record(memory, self.origin(), DISPLAY_SHAPES["list"], {})
            for value in base.values:
                if not isinstance(value, Object):
                    continue
                length = self.length(memory, value)
                if length is None:
                    part = self.heap.read(memory, value, ir.ELEMENTS)
                    if part is not None:
                        self.heap.write(memory, record, ir.ELEMENTS, part)
                    continue
                for number, index in enumerate(range(op.position, length - op.after)):
                    part = self.heap.read(memory, value, ir.Item(index))
                    if part is not None:
                        self.heap.write(memory, record, ir.Item(number), part)
            self.set(memory, op.target, one(record), op.node)
            return
        result: Binding | None = None
        for value in base.values:
            key = self._unpack_key(memory, value, op)
            part = self.items_of(memory, Binding({value: ALWAYS}, base.marks), key)
            if isinstance(key, ir.Elements):
                part = self.representative(memory, part)
            result = part if result is None else merge_bindings(result, part)
        if result is None:
            result = one(UNKNOWN_VALUE)
        self.set(memory, op.target, self._refine(memory, result, op.node), op.node)

    def length(self, memory: Memory, item: Object) -> int | None:
        """The number of elements, if it is known."""
        if isinstance(item.shape, TupleShape):
            return len(item.shape.items)
        fields = memory.fields.get(item, {})
        display = isinstance(item.shape, ContainerShape) and item.shape.class_name == ""
        if not display or ir.ELEMENTS in fields:
            return None
        return sum(isinstance(key, ir.Item) for key in fields)

    def _unpack_key(self, memory: Memory, value: Value, op: ir.Unpack) -> ir.Key:
        if not isinstance(value, Object):
            return ir.Item(op.position)
        length = self.length(memory, value)
        if length is not None:
            return ir.Item(op.position if op.position >= 0 else length + op.position)
        if isinstance(value.shape, UnknownShape) and op.position >= 0:
            return ir.Item(op.position)
        return ir.ELEMENTS

    def _constant(self, memory: Memory, op: ir.Constant) -> None:
        self.set(memory, op.target, one(literal(op.value)), op.node)

    def _build(self, memory: Memory, op: ir.Build) -> None:
        fields: dict[ir.Key, Binding] = {}
        position: int | None = 0
        for element in op.elements:
            binding = self.read(memory, element.source)
            if op.kind == "dict":
                if element.splat:
                    self._splat_into(memory, fields, binding, None)
                else:
                    key: ir.Key = ir.ELEMENTS if element.key is None else element.key
                    _put(fields, key, binding)
            elif element.splat:
                position = self._splat_into(memory, fields, binding, position)
            elif position is None or op.kind == "set":
                _put(fields, ir.ELEMENTS, binding)
            else:
                fields[ir.Item(position)] = binding
                position += 1
        if op.kind == "tuple" and position is not None:
            shape: Shape = TupleShape((UNKNOWN,) * position)
        else:
            shape = DISPLAY_SHAPES["list" if op.kind == "tuple" else op.kind]
        seen: set[Object] = set()
        for field in fields.values():
            held = {v.identity for v in field.values if isinstance(v, Object) and v.is_affine}
            memory.repeated |= held & seen
            seen |= held
        record = self.heap.new_record(memory, self.origin(), shape, fields)
        self.set(memory, op.target, one(record), op.node)

    def _splat_into(
        self,
        memory: Memory,
        fields: dict[ir.Key, Binding],
        binding: Binding,
        position: int | None,
    ) -> int | None:
        """Add the elements of `*binding`; the next position, None when it is not known."""
        values = list(binding.values)
        if position is not None and len(values) == 1 and isinstance(values[0], Object):
            length = self.length(memory, values[0])
            if length is not None:
                for index in range(length):
                    part = self.heap.read(memory, values[0], ir.Item(index))
                    if part is not None:
                        fields[ir.Item(position)] = part
                    position += 1
                return position
        for value in values:
            if not isinstance(value, Object):
                continue
            for key, part in memory.fields.get(value, {}).items():
                if position is None and isinstance(key, ir.Item) and isinstance(key.value, str):
                    fields[key] = part
                elif not isinstance(key, ir.Attribute):
                    _put(fields, ir.ELEMENTS, part)
            default = self.heap.default_field(value, ir.ELEMENTS)
            if default is not None and self.ownership.classes(memory, default):
                _put(fields, ir.ELEMENTS, default)
        return None

    def _append(self, memory: Memory, op: ir.Append) -> None:
        binding = self.read(memory, op.source)
        for value in self.read(memory, op.container).values:
            if isinstance(value, Object):
                self.heap.write(memory, value, ir.ELEMENTS, binding)

    def _alias(self, memory: Memory, op: ir.Alias) -> None:
        self.set(memory, op.target, self.read(memory, op.source), op.node)

    def _call(self, memory: Memory, op: ir.Call) -> None:
        result = self.calls.call(memory, op)
        self.set(memory, op.target, self._refine(memory, result, op.node), op.node)
        if isinstance(op.node, ast.Call) and self.oracle.never_returns(op.node):
            self.dead_end = True

    def _compute(self, memory: Memory, op: ir.Compute) -> None:
        if op.how not in {ir.UseKind.IDENTITY, ir.UseKind.TEST}:
            for operand in op.operands:
                self.use(memory, operand)
        if op.target is not None:
            unknown = op.how is ir.UseKind.UNKNOWN
            self.set(
                memory,
                op.target,
                self._refine(memory, one(UNKNOWN_VALUE if unknown else PLAIN_VALUE), op.node),
                op.node,
            )

    def _make_function(self, memory: Memory, op: ir.MakeFunction) -> None:
        defaults: list[tuple[str, Value]] = []
        for name, temporary in op.defaults:
            values = list(self.read(memory, temporary).values)
            if len(values) == 1:
                defaults.append((name, values[0]))
        function = Function(op.function, op.name, tuple(defaults))
        self.set(memory, op.target, one(function), op.node)

    def _make_class(self, memory: Memory, op: ir.MakeClass) -> None:
        for member in op.members:
            binding = memory.bindings.get(member)
            if binding is not None:
                self.module.note_member(member, binding)
        symbol = Symbol(self.module.full_name(op.name))
        self.set(memory, op.target, one(symbol), op.node)

    def _import(self, memory: Memory, op: ir.Import) -> None:
        value: Value = Symbol(op.full_name)
        self.set(memory, op.target, one(value), op.node)

    def _iterate(self, memory: Memory, op: ir.Iterate) -> None:
        self.use(memory, op.source, deep=False)
        binding = self.calls.run_suspended(memory, self.read(memory, op.source), op.node)
        for value in binding.values:
            if isinstance(value, Object):
                self._start_over(memory, value)
        self.set(memory, op.target, binding, op.node)

    def _start_over(self, memory: Memory, container: Object) -> None:
        """A new iteration meets the elements that an earlier one has consumed."""
        for found in list(self.ownership.held(memory, one(container))):
            if any(event.through >= 0 for event in found.item.events):
                memory.rewrite(found.item, _met_again)

    def _next(self, memory: Memory, op: ir.Next) -> None:
        element = self.items_of(memory, self.read(memory, op.iterator), ir.ELEMENTS)
        element = self.representative(memory, element)
        self.set(memory, op.target, self._refine(memory, element, op.node), op.node)

    def _enter(self, memory: Memory, op: ir.Enter) -> None:
        context = self.read(memory, op.context)
        entered = self.calls.run_suspended(memory, context, op.node)
        if entered is not context:
            # A generator as a context manager: what it yields is what `as` binds.
            result = self.items_of(memory, entered, ir.ELEMENTS)
            self.set(memory, op.target, result, op.node)
            return
        if any(isinstance(value, Object) and value.is_affine for value in context.values):
            self.set(memory, op.target, context, op.node)  # `nullcontext(state)`
            return
        result = self.calls.call_method(memory, op.context, "__enter__", op.node)
        self.set(memory, op.target, result, op.node)

    def _exit(self, memory: Memory, op: ir.Exit) -> None:
        context = self.read(memory, op.context)
        if any(isinstance(value, Object) and value.is_affine for value in context.values):
            return
        self.calls.call_method(memory, op.context, "__exit__", op.node)

    def _await(self, memory: Memory, op: ir.Await) -> None:
        binding = self.read(memory, op.source)
        values: dict[Value, Guard] = {}
        for value, guard in binding.values.items():
            if (
                isinstance(value, Object)
                and isinstance(value.shape, ContainerShape)
                and ("Coroutine" in value.shape.class_name or "Awaitable" in value.shape.class_name)
            ):
                values.update(values_of_shape(value.shape.element, value.origin, value.recent))
            else:
                values[value] = guard
        self.set(memory, op.target, Binding(values, binding.marks), op.node)

    def _yield(self, memory: Memory, op: ir.Yield) -> None:
        if op.source is not None:
            self.use(memory, op.source)
            binding = self.read(memory, op.source)
            if op.delegate:
                binding = self.calls.run_suspended(memory, binding, op.node)
                binding = self.items_of(memory, binding, ir.ELEMENTS)
            self.yielded = (
                binding if self.yielded is None else merge_bindings(self.yielded, binding)
            )
        self.set(memory, op.target, one(UNKNOWN_VALUE), op.node)


def _is_dead(value: Value) -> bool:
    return isinstance(value, Object) and bool(value.events)


def _met_again(item: Object, guard: Guard) -> Mapping[Object, Guard]:
    events = frozenset(event._replace(through=-1) for event in item.events)
    return {item._replace(events=events): guard}


def _put(fields: dict[ir.Key, Binding], key: ir.Key, binding: Binding) -> None:
    fields[key] = merge_bindings(fields[key], binding) if key in fields else binding


_UNCHANGING: Final = (
    ir.ReadVariable,
    ir.ReadAttribute,
    ir.ReadItem,
    ir.Unpack,
    ir.Constant,
    ir.Build,
    ir.Alias,
    ir.Compute,
    ir.MakeFunction,
    ir.Import,
)
# Calls, also those of `__enter__` and the like, make room for new objects themselves, between their effects on the
# arguments (one of which may be the object of the turn before) and their result.
_ALLOCATING: Final = (
    ir.Build,
    ir.Unpack,
    ir.ReadVariable,
    ir.ReadItem,
    ir.Next,
)
_STEPS: Final[Mapping[type, Callable[[BodyAnalysis, Memory, Any], None]]] = {
    ir.ReadVariable: BodyAnalysis._read_variable,
    ir.WriteVariable: BodyAnalysis._write_variable,
    ir.DeleteVariable: BodyAnalysis._delete_variable,
    ir.ReadAttribute: BodyAnalysis._read_attribute,
    ir.WriteAttribute: BodyAnalysis._write_attribute,
    ir.ReadItem: BodyAnalysis._read_item,
    ir.WriteItem: BodyAnalysis._write_item,
    ir.Unpack: BodyAnalysis._unpack,
    ir.Constant: BodyAnalysis._constant,
    ir.Build: BodyAnalysis._build,
    ir.Append: BodyAnalysis._append,
    ir.Alias: BodyAnalysis._alias,
    ir.Call: BodyAnalysis._call,
    ir.Compute: BodyAnalysis._compute,
    ir.MakeFunction: BodyAnalysis._make_function,
    ir.MakeClass: BodyAnalysis._make_class,
    ir.Import: BodyAnalysis._import,
    ir.Iterate: BodyAnalysis._iterate,
    ir.Next: BodyAnalysis._next,
    ir.Enter: BodyAnalysis._enter,
    ir.Exit: BodyAnalysis._exit,
    ir.Await: BodyAnalysis._await,
    ir.Yield: BodyAnalysis._yield,
}
