"""The ownership analysis of one body: what each operation does to the memory.

A `BodyAnalysis` is the dataflow problem that `flow/solver.py` solves.  It is made for one body in
one *context* (what is known of its parameters and of the names it captures) and is solved to a
fixpoint.  What a visit of a block finds replaces what the visit before has found: a block is
visited again whenever the memory at its entry has changed, so that what is left at the end was
found with the final memory.

The rules about ownership are in `flow/ownership.py`, calls in `flow/calls.py`, fields in
`flow/heap.py`, containers in `flow/containers.py`, `with`, `await` and `yield` in
`flow/implicit.py`, the facts of branches in `flow/edges.py`, what visits have found in
`flow/found.py`; what remains here is running, and one short method for each other operation of the
IR.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from mypy_eqxstate.flow.acceptance import is_accepted, is_choice
from mypy_eqxstate.flow.arguments import Actual
from mypy_eqxstate.flow.bindings import LIVE, Binding, one, renamed
from mypy_eqxstate.flow.containers import Containers
from mypy_eqxstate.flow.evidence import promote_like, promote_namesake
from mypy_eqxstate.flow.explain import BLOCK_STRIDE, birth, loop_line, newest_place
from mypy_eqxstate.flow.found import Found, problems, returned
from mypy_eqxstate.flow.heap import Heap, normal_key
from mypy_eqxstate.flow.implicit import ImplicitCalls
from mypy_eqxstate.flow.inputs import input_binding
from mypy_eqxstate.flow.joins import join, widen
from mypy_eqxstate.flow.memory import Memory, Root
from mypy_eqxstate.flow.observations import Observer
from mypy_eqxstate.flow.ownership import Ownership
from mypy_eqxstate.flow.problems import Misuse, Problem
from mypy_eqxstate.flow.refine import may_be_refined, refined
from mypy_eqxstate.flow.rejection import Taken, is_rejection
from mypy_eqxstate.flow.replaced import NOTHING, replaced_keys
from mypy_eqxstate.flow.solver import solve
from mypy_eqxstate.flow.succession import Succession
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
from mypy_eqxstate.flow.visits import visit
from mypy_eqxstate.ir import model as ir
from mypy_eqxstate.oracle.shapes import Mode

if TYPE_CHECKING:
    from mypy_eqxstate.flow.module import ModuleAnalysis

# What a default may be: more is not kept apart.
MAXIMAL_DEFAULTS: Final = 4


class BodyAnalysis:
    """One body, analysed in one context."""

    # For mypyc: what `release` takes away.
    __deletable__ = ["calls", "containers", "ownership"]  # noqa: RUF012

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
        self.is_module = isinstance(body.node, ast.Module)
        self.inputs = dict(inputs)
        self.modes = modes
        self.heap: Heap = Heap(module.classes)
        self.ownership = Ownership(self)
        self.containers = Containers(self)
        self.calls = Calls(self)
        self._steps = self._steps_by_type()
        self.definitions: dict[ir.Temporary, ast.AST] = {}
        self.succession = Succession()
        # What instances that are built in place are made of, as `parts` are of a display.
        self.built: dict[ir.Temporary, tuple[ir.Temporary, ...]] = {}
        self.receivers: dict[ir.Temporary, ir.Temporary] = {}
        # The values of which what was shown counts already in what was found.
        self.counted: set[Origin] = set()
        self._callees: dict[ir.FunctionNode, int] = {}
        self.problems: list[Problem] = []
        self.returned: list[tuple[Memory, Binding]] = []
        self._found: dict[ir.BlockIndex, Found] = {}
        self.found_now = Found()
        self.yielded: Binding | None = None
        self.given_to_unknown: dict[int, frozenset[tuple[str, str]]] = {}
        self.position = (0, 0)
        self.dead_end = False
        self._call_conditions: dict[int, frozenset[str]] = {}
        self.observer = Observer(self) if module.observing else None
        self.prepared = module.prepared(body)

    def _steps_by_type(self) -> Mapping[type, Callable[[Memory, Any], None]]:
        containers = self.containers
        implicit = ImplicitCalls(self)
        return {
            ir.ReadVariable: self._read_variable,
            ir.WriteVariable: self._write_variable,
            ir.DeleteVariable: self._delete_variable,
            ir.ReadAttribute: self._read_attribute,
            ir.WriteAttribute: self._write_attribute,
            ir.ReadItem: containers.read_item,
            ir.WriteItem: containers.write_item,
            ir.Unpack: containers.unpack,
            ir.Constant: self._constant,
            ir.Build: containers.build,
            ir.Append: containers.append,
            ir.Alias: self._alias,
            ir.Call: self._call,
            ir.Compute: self._compute,
            ir.MakeFunction: self._make_function,
            ir.MakeClass: self._make_class,
            ir.Import: self._import,
            ir.Iterate: containers.iterate,
            ir.Next: containers.next_element,
            ir.Enter: implicit.enter,
            ir.Exit: implicit.leave,
            ir.Await: implicit.await_value,
            ir.Yield: implicit.yield_value,
        }

    # --- running --------------------------------------------------------------------------------

    def run(self) -> None:
        """Solve the body, then collect what the last visits of its blocks have found.

        Raises:
            NoFixpointError: the solver gave up.
        """
        while True:
            known = set(self.evidence)
            self.counted.clear()
            self._callees.clear()
            self.yielded = None
            self._found.clear()
            solution = solve(self.body, self)
            if not self._has_new_evidence(known):
                break
        found = [self._found[index] for index in solution.order if index in self._found]
        self.returned = returned(found)
        self.problems = problems(found, solution.widened, self.module.text)

    def release(self) -> None:
        """Let go of everything, without waiting for the garbage collector.

        An analysis and the parts that it is made of refer to each other.
        """
        self.calls.release()
        self._steps = {}
        del self.calls, self.ownership, self.containers

    def entry_state(self) -> Memory:
        """The memory before the first operation: the parameters hold what the context says."""
        memory = Memory()
        for variable in self.body.parameters:
            binding = self.default_binding(variable)
            if binding is not None:
                memory.bindings[variable] = binding
        if self.observer is not None:
            self.observer.begin(memory)
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
        found = input_binding(self.module, root, self.body)
        self.inputs[root] = found
        return found

    def join_all(self, states: Sequence[Memory]) -> Memory:
        """The memory after any of several paths."""
        return join(states, self.default_binding, self.heap.default_field)

    def settle(self, before: Memory, after: Memory) -> Memory:
        """The earlier memory if both are equal; else the later one, sharing what is equal."""
        return before if after.share(before) else after

    def widen(self, before: Memory, after: Memory) -> Memory:
        """A memory above two of one block, without the guards that have changed."""
        return widen(before, after)

    @property
    def operation_number(self) -> int:
        """The number of the operation at work, unique in the body."""
        return self.position[0] * BLOCK_STRIDE + self.position[1]

    @property
    def in_loop(self) -> bool:
        """Whether the operation at work may run several times."""
        return self.body.blocks[self.position[0]].loop is not None

    @property
    def following(self) -> ir.Operation | None:
        """The operation behind the one at work, if it is in the same block."""
        block, number = self.position
        operations = self.body.blocks[block].operations
        return operations[number + 1] if number + 1 < len(operations) else None

    def is_bound_next(self, temporary: ir.Temporary) -> bool:
        """Whether the next operation gives the value of a temporary a name."""
        following = self.following
        return isinstance(following, ir.WriteVariable) and following.source == temporary

    def origin(self, *path: ir.Key) -> Origin:
        """The origin of what the operation at work makes."""
        return Origin(self.body.name, self.operation_number, None, path)

    def flow_through(self, block: ir.Block, state: Memory) -> Iterator[tuple[int, int, Memory]]:
        """The memories that a block passes on, given the one at its entry."""
        return visit(self, block, state)

    # --- for visits -----------------------------------------------------------------------------

    def begin_visit(self, block: ir.BlockIndex) -> bool:
        """What is found from now on replaces what the visit before has found; whether it is new."""
        is_first = block not in self._found
        self.found_now = self._found[block] = Found()
        self.dead_end = False
        return is_first

    def carry_out(self, memory: Memory, operation: ir.Operation) -> None:
        """What the operation at work does to the memory."""
        self._steps[type(operation)](memory, operation)

    @property
    def evidence(self) -> Collection[Origin]:
        """The values of this body of which something was shown, in this order."""
        return self.module.classes.promoted.in_body(self.body.name).keys()

    def note_callee(self, node: ir.FunctionNode) -> None:
        """A function of the same module has told what its body shows of its parameters."""
        self._callees[node] = self.module.evidence(node)

    def _has_new_evidence(self, known: Collection[Origin]) -> bool:
        """Whether anything was shown that did not count yet where it should have.

        What a recursive call has made forgotten, and shown again, is not new.

        Args:
            known: of which something was known when the body began to be solved.
        """
        return any(
            origin not in known and origin not in self.counted for origin in self.evidence
        ) or any(self.module.evidence(node) != told for node, told in self._callees.items())

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
        replaced: frozenset[object] = NOTHING,
    ) -> bool:
        """A use of the value of a temporary, at the expression that it comes from.

        Args:
            memory: changed where a problem is silenced.
            temporary: of which the value is used.
            misuse: what it would be if the value is old.
            callee: the callee that it is passed to, if it is.
            deep: it is a use of all that the value holds.
            replaced: the keys of parts that are no part of what is used.
        """
        node = self.definitions.get(temporary)
        if node is None:
            return False
        binding = self.read(memory, temporary)
        parts = self.body.parts.get(temporary)
        if not binding.objects and not parts and not memory.stale:
            self.note_clean_use(node, None)  # numbers and texts, most of the time
            return False
        if parts and deep and all(part in memory.bindings for part in parts):
            found = False
            for number, part in enumerate(parts):  # all of them, each with its own report
                gone = replaced | replaced_keys(node, number)
                found |= self.use(memory, part, misuse, callee, replaced=gone)
            return found
        return self.ownership.check(
            memory,
            binding,
            node,
            self.text_of(temporary),
            temporary,
            misuse,
            callee,
            deep,
            replaced=replaced,
        )

    def set(self, memory: Memory, temporary: ir.Temporary, binding: Binding, node: ast.AST) -> None:
        """Give a temporary its value."""
        self.definitions[temporary] = node
        if memory.stale:
            binding = self.ownership.with_stale_marks(memory, temporary, binding)
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
        old: Collection[Object] = (),
    ) -> None:
        """Record a problem."""
        lines = tuple(loop_line(self.body, event, self.position) for event in events)
        newest = newest_place(memory, events, self.succession, old)
        if rule == "state-stale" and self._is_accepting(
            node, place, newest, events, may or all(lines)
        ):
            return
        self.found_now.problems.append(
            Problem(
                rule=rule,
                misuse=misuse,
                body=self.body.name,
                node=node,
                place=place,
                class_name=class_name,
                events=events,
                may=may,
                newest=newest,
                loop_lines=lines,
                callee=callee,
                position=self.position,
                born=birth(memory, events, self.body),
            )
        )

    def _is_accepting(
        self,
        node: ast.AST,
        place: str,
        newest: str | None,
        events: tuple[Event, ...],
        repeated: bool,
    ) -> bool:
        """Whether going on with an old State is one of two choices here (policy)."""
        in_loop = self.body.blocks[self.position[0]].loop is not None
        if (repeated or in_loop) and is_accepted(self.body, place, events):
            return True
        if newest is not None and is_choice(self.body.node, node, place, newest):
            return True
        taken = [Taken(self.module.events[each].node, each.place) for each in events]
        return is_rejection(self.body.node, node, place, newest, taken)

    def note_yield(self, memory: Memory) -> None:
        """A generator may be left for good at the operation at work."""
        if self.body.is_generator:
            self.found_now.left.append((memory.copy(), one(NONE_VALUE)))

    def note_clean_use(self, node: ast.AST, place: str | None) -> None:
        """An operation of this node is no misuse: another copy of it (`finally`) "may" be one.

        Args:
            node: of the operation.
            place: what is used, as it is written; None if it is the node itself.
        """
        self.found_now.clean_uses.append((node, place, self.position))

    # --- operations -----------------------------------------------------------------------------

    def _read_variable(self, memory: Memory, op: ir.ReadVariable) -> None:
        binding = memory.bindings.get(op.variable)
        if binding is None:
            binding = self.default_binding(op.variable)
            if binding is None:
                binding = one(UNKNOWN_VALUE)
            if binding.objects:
                memory.bindings[op.variable] = binding
        exact = self.refine(memory, binding, op.node)
        if exact is not binding:
            memory.bindings[op.variable] = exact
            binding = exact
        self.set(memory, op.target, binding, op.node)

    def refine(self, memory: Memory, binding: Binding, node: ast.AST) -> Binding:
        """A binding with what the type checker knows at this node about its unknown parts."""
        if not isinstance(node, ast.expr) or not may_be_refined(binding):
            return binding
        classes = self.heap.classes
        given = self.given_to_unknown
        exact = refined(binding, node, self.oracle, classes, self.origin(), given)
        if exact is not binding:
            self.heap.making.add(self.operation_number)
        return exact

    def _write_variable(self, memory: Memory, op: ir.WriteVariable) -> None:
        binding = self.read(memory, op.source)
        before = memory.bindings.get(op.variable)
        if before is not None:
            promote_like(self.module.classes, binding, before)
        promote_namesake(self, binding, op.variable.name)
        self.forget_conditions(memory, op.variable)
        if op.variable not in self.body.locals:
            self.use(memory, op.source)
        if self.body.blocks[self.position[0]].handler is not None and (
            self.ownership.holdings.classes(memory, binding)
            or (before is not None and self.ownership.holdings.classes(memory, before))
        ):
            memory.version += 1
        self.ownership.places.carry_stale(memory, self.body.places.get(op.source), op.variable)
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
        memory.forget_conditions(self.prepared.conditions.get(variable, frozenset()))

    def forget_call_conditions(self, memory: Memory) -> None:
        """The call at work begins its next turn, for whose decisions no guard speaks yet."""
        texts = self._call_conditions.get(self.operation_number)
        if texts is not None:
            memory.forget_conditions(texts)

    def note_built(self, parts: Iterable[ir.Temporary | None]) -> None:
        """The operation at work builds an instance of what some temporaries hold."""
        block, number = self.position
        target = getattr(self.body.blocks[block].operations[number], "target", None)
        if target is not None:
            self.built[target] = tuple(part for part in parts if part is not None)

    def note_call_conditions(self, texts: frozenset[str]) -> None:
        """Guards speak of decisions inside the call at work; its next turn decides anew."""
        number = self.operation_number
        self._call_conditions[number] = self._call_conditions.get(number, frozenset()) | texts

    def _delete_variable(self, memory: Memory, op: ir.DeleteVariable) -> None:
        self.forget_conditions(memory, op.variable)
        memory.bindings[op.variable] = one(UNKNOWN_VALUE)

    def _read_attribute(self, memory: Memory, op: ir.ReadAttribute) -> None:
        base = self.read(memory, op.base)
        self.receivers[op.target] = op.base
        result = self.calls.attributes.read(memory, base, op)
        exact = self.refine(memory, result, op.node)
        if any(item.is_affine for item in base.objects) and PLAIN_VALUE in result.values:
            self.use(memory, op.base, deep=False)  # a field of an affine object of the user's
        holders = list(base.values)
        if exact is not result and len(holders) == 1 and isinstance(holders[0], Object):
            # What became known stays known, so that a later read finds the same object.
            key = normal_key(holders[0], ir.Attribute(op.name))
            if key in memory.fields.get(holders[0], {}):
                memory.set_field(holders[0], key, exact)
        self.set(memory, op.target, exact, op.node)

    def _write_attribute(self, memory: Memory, op: ir.WriteAttribute) -> None:
        if self.calls.set_property(memory, op):
            return
        if any(item.is_affine for item in self.read(memory, op.base).objects):
            self.use(memory, op.base, deep=False)
        self.containers.write_field(memory, op.base, ir.Attribute(op.name), op.source)

    def _constant(self, memory: Memory, op: ir.Constant) -> None:
        self.set(memory, op.target, one(literal(op.value)), op.node)

    def _alias(self, memory: Memory, op: ir.Alias) -> None:
        self.set(memory, op.target, self.read(memory, op.source), op.node)

    def _call(self, memory: Memory, op: ir.Call) -> None:
        result = self.calls.call(memory, op)
        self.set(memory, op.target, self.refine(memory, result, op.node), op.node)
        if isinstance(op.node, ast.Call) and self.oracle.never_returns(op.node):
            self.dead_end = True

    def _compute(self, memory: Memory, op: ir.Compute) -> None:
        if op.how not in {ir.UseKind.IDENTITY, ir.UseKind.TEST}:
            for number, operand in enumerate(op.operands):
                self.use(memory, operand, replaced=replaced_keys(op.node, number))
        if op.target is not None:
            unknown = op.how is ir.UseKind.UNKNOWN
            self.set(
                memory,
                op.target,
                self.refine(memory, one(UNKNOWN_VALUE if unknown else PLAIN_VALUE), op.node),
                op.node,
            )

    def _make_function(self, memory: Memory, op: ir.MakeFunction) -> None:
        defaults: list[tuple[str, tuple[Value, ...], frozenset[Event]]] = []
        for name, temporary in op.defaults:
            held = self.read(memory, temporary)
            possible = tuple(held.values)
            if len(possible) <= MAXIMAL_DEFAULTS and len(set(held.objects)) == len(held.objects):
                events = frozenset(mark for mark in held.marks if isinstance(mark, Event))
                # Where it may be good, nothing is said of it later.
                defaults.append((name, possible, frozenset() if LIVE in held.marks else events))
        function = Function(op.function, op.name, tuple(defaults))
        self.set(memory, op.target, one(function), op.node)

    def _make_class(self, memory: Memory, op: ir.MakeClass) -> None:
        for member in op.members:
            binding = memory.bindings.get(member)
            if binding is not None:
                self.module.definitions.names.bind_member(member, binding)
        symbol = Symbol(self.module.definitions.full_name(op.name))
        self.set(memory, op.target, one(symbol), op.node)

    def _import(self, memory: Memory, op: ir.Import) -> None:
        value: Value = Symbol(op.full_name)
        self.set(memory, op.target, one(value), op.node)
