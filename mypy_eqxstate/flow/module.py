"""All bodies of one module: who analyses them, in which contexts, and what they know of each other.

The module body is solved first: it tells what the global names are (decorated functions,
`step = jax.jit(f)`, a State made at module level).  Function bodies follow on demand: a call asks
for the summary of its callee in the context of the call, which solves the callee's body, which may
ask for further summaries.

Functions of other modules that a call leads into belong to another `ModuleAnalysis`, which
`home` finds (`flow/program.py`).

In a process that stays, solutions outlive an analysis (`flow/solutions.py`).  Whoever answers a
question of a body here notes it for that (`_trace`), or that there is more than is noted
(`rests_on_more`).

Limits: `MAXIMAL_CONTEXTS` contexts a function and `MAXIMAL_RECURSION` of them nested (then the
declared one serves); those of `flow/recursion.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Set
from typing import TYPE_CHECKING, Final, TypeVar

from mypy_eqxstate.contracts.model import Row
from mypy_eqxstate.contracts.summaries import GIVEN_UP, OPAQUE, Summary
from mypy_eqxstate.faults import THE_MODULE, Fault, note_fault
from mypy_eqxstate.flow.abstraction import Context, binding_of_kind
from mypy_eqxstate.flow.body import BodyAnalysis
from mypy_eqxstate.flow.definitions import Definitions
from mypy_eqxstate.flow.explain import leads_to
from mypy_eqxstate.flow.inert import InertCallees
from mypy_eqxstate.flow.instances import MAXIMAL_ROUNDS, Instances
from mypy_eqxstate.flow.lookups import Lookups
from mypy_eqxstate.flow.observations import Observation
from mypy_eqxstate.flow.prepared import Prepared, prepare
from mypy_eqxstate.flow.problems import EventDetail, Problem
from mypy_eqxstate.flow.recursion import Summaries
from mypy_eqxstate.flow.relevance import Relevance, Telling
from mypy_eqxstate.flow.solutions import Asked, Key, Solution, Solutions, Trace
from mypy_eqxstate.flow.solver import NoFixpointError
from mypy_eqxstate.flow.summarize import says_nothing, summary_of
from mypy_eqxstate.flow.values import Event, Function, Symbol, Value
from mypy_eqxstate.flow.written import Written
from mypy_eqxstate.fullnames import canonical
from mypy_eqxstate.ir.model import Body, BodyNode, FunctionNode, Variable
from mypy_eqxstate.ir.module import ModuleIndex
from mypy_eqxstate.oracle.protocol import Oracle
from mypy_eqxstate.oracle.shapes import Mode, Shape, Signature

if TYPE_CHECKING:
    from mypy_eqxstate.flow.program import Program

MAXIMAL_CONTEXTS: Final = 8
MAXIMAL_RECURSION: Final = 2
MAXIMAL_OPERATIONS: Final = 3000

_Result = TypeVar("_Result")


class ModuleAnalysis:
    """The analysis of one module.

    Args:
        index: the module's functions, classes and scopes.
        oracle: the type checker's answers about it.
        row: the library table and the user's rows, by full name.
        affine_classes: full names of classes that are affine by table or configuration.
        strict: explicitly dropped results count as kept.
        program: the other modules; None if their bodies are not looked at.
        foreign: the module's file and the summaries that it shares with the other modules of the
            program, if it is one of these; None if it is the module that is being checked.
        solutions: what is left of an earlier analysis, and to be kept of this one; None if nothing.

    Attributes:
        modules: the modules on whose contents that of this one's analysis rests.
        given_up: functions whose body has no fixpoint within the bounds.
        faults: internal faults, with the function in whose body they came up.
        observing: whether it is noted how places stand, for editors.
        observations: what was noted, by body and context.
    """

    # For mypyc: what `release` takes away.
    __deletable__ = [  # noqa: RUF012
        "_bodies",
        "_prepared",
        "_relevance",
        "_summaries",
        "classes",
        "definitions",
        "index",
        "inert_callees",
        "instances",
        "oracle",
    ]

    def __init__(
        self,
        index: ModuleIndex,
        oracle: Oracle,
        row: Callable[[str], Row | None],
        affine_classes: frozenset[str],
        strict: bool = False,
        program: Program | None = None,
        foreign: tuple[str, Summaries] | None = None,
        solutions: Solutions | None = None,
    ) -> None:
        self.index = index
        self.oracle = oracle
        self.row = row
        self.strict = strict
        self.program = program
        self.solutions = solutions
        self.path = foreign[0] if foreign is not None else None
        self.instances = Instances(self)
        self.inert_callees = InertCallees(self)
        self.lookups = Lookups() if program is None else program.lookups
        self.definitions = Definitions(
            index, oracle, row, affine_classes, self._stored, self.lookups
        )
        self.classes = self.definitions.classes
        index.look_into_everything()
        self.events: dict[Event, EventDetail] = {}
        self.problems: dict[tuple[BodyNode, Context], list[Problem]] = {}
        self.observing = False
        self.observations: dict[tuple[BodyNode, Context], list[Observation]] = {}
        self.modules: set[str] = set()
        self.given_up: list[str] = []
        self.faults: list[Fault] = []
        self.decorators: frozenset[ast.AST] = frozenset(
            decorator
            for node in (*index.functions.values(), *index.classes.values())
            for decorator in getattr(node, "decorator_list", ())
        )
        self._bodies: dict[BodyNode, Body] = {}
        self._prepared: dict[str, Prepared] = {}
        self._summaries = foreign[1] if foreign is not None else Summaries(self.lookups)
        self._contexts: dict[BodyNode, set[Context]] = {}
        self._signatures: dict[BodyNode, Signature | None] = {}
        self._telling_names: Telling | None = None
        self._relevance: Relevance | None = None
        self._written = Written()

    def release(self) -> None:
        """Let go of everything, without waiting for the garbage collector.

        The parts of an analysis refer to each other, and with them they keep the syntax tree.
        """
        if self.program is not None:
            self.program.end()
        self.definitions.release()
        self.problems.clear()
        self.observations.clear()
        self.events.clear()
        self._contexts.clear()
        self._signatures.clear()
        self._written.forget()
        self.solutions = None
        del self._bodies, self._prepared, self._relevance, self._summaries, self.classes
        del self.definitions
        del self.index, self.inert_callees, self.instances, self.oracle

    # --- names -----------------------------------------------------------------------------------

    def text(self, node: ast.AST) -> str:
        """An expression as Python writes it, shortened if it is long."""
        return self._written.text(node)

    def depends_on(self, full_name: str) -> None:
        """Note that a finding may rest on the definition of a full name."""
        self._rest_on({full_name.rpartition(".")[0]})

    def _rest_on(self, modules: Set[str]) -> None:
        self.modules |= modules
        trace = self._trace
        if trace is not None:
            trace.modules |= modules

    @property
    def telling_names(self) -> Telling:
        """Names whose mention shows that a function without types may meet an affine object."""
        if self._telling_names is None:
            self._telling_names = self.definitions.telling_names()
            if self.program is not None:
                others, modules = self.program.telling_names(self.index)
                self.modules |= modules
                self._telling_names = self._telling_names.joined(others)
        return self._telling_names

    @property
    def relevance(self) -> Relevance:
        """The functions that an affine object can reach."""
        if self._relevance is None:
            lines = self.oracle.affine_lines()
            self._relevance = Relevance(
                self.index.functions,
                lines,
                self.telling_names,
                self.definitions.leaves_open,
                all_open=lines is None and not self.is_foreign,
            )
        return self._relevance

    @property
    def is_foreign(self) -> bool:
        """Whether this is not the module that is being checked, but one that calls lead into."""
        return self.path is not None

    def home(self, node: BodyNode) -> ModuleAnalysis:
        """The analysis of the module that has a function: this one or another."""
        if not self.index.has(node) and self.program is not None:
            found = self.program.home(node)
            if found is not None:
                self.rests_on_more()
                return found
        return self

    def definition(self, full_name: str, anywhere: bool) -> Value | None:
        """What a full name stands for in another module; None if there is nothing to read.

        Args:
            full_name: the name.
            anywhere: look into modules that make no affine objects, too.
        """
        if self.program is None or self.definitions.defines(full_name):
            return None
        found, modules = self.program.value_of(full_name, anywhere)
        self.modules |= modules
        if found is not None or modules:
            self.rests_on_more()
        return found

    # --- inputs -----------------------------------------------------------------------------

    def annotation_name(self, node: ast.expr) -> str | None:
        """The public dotted name that a name in an annotation stands for, if it is imported."""
        if isinstance(node, ast.Attribute):
            holder = self.annotation_name(node.value)
            return None if holder is None else canonical(f"{holder}.{node.attr}")
        if not isinstance(node, ast.Name):
            return None
        variable = Variable(node.id, "")
        meaning = self.definitions.names.meaning(variable)
        trace = self._trace
        if trace is not None:
            trace.names[variable] = meaning
        for value in meaning or ():
            if isinstance(value, Symbol):
                return canonical(value.full_name)
        return None

    def signature(self, node: FunctionNode) -> Signature | None:
        """The annotated signature of a function of this module."""
        if node not in self._signatures:
            found = None
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found = self.oracle.parameter_signature(node)
            self._signatures[node] = found
        return self._signatures[node]

    def modes(self, node: FunctionNode) -> Mapping[str, Mode]:
        """The parameters that are declared `Borrowed` or `Consumed`."""
        signature = self.signature(node)
        if signature is None:
            return {}
        return {
            parameter.name: parameter.mode
            for parameter in signature.parameters
            if parameter.mode is not Mode.UNSPECIFIED
        }

    def free_variables(self, node: BodyNode) -> tuple[Variable, ...]:
        """The variables of enclosing functions that a function reads."""
        return self.index.free_variables(node)

    def owns(self, variable: Variable) -> bool:
        """Whether a variable of this name can belong to a function of this module."""
        return variable.owner in self.index.functions

    # --- running bodies --------------------------------------------------------------------------

    def body(self, node: BodyNode) -> Body:
        """The lowered body of a function or the module."""
        found = self._bodies.get(node)
        if found is None:
            found = self._bodies[node] = self.index.lower(
                node,
                reachable=self.oracle.reachable,
                never_returns=self.oracle.never_returns,
                imported=self.is_foreign,
            )
        return found

    def prepared(self, body: Body) -> Prepared:
        """What the operations of a body of this module say in all contexts."""
        found = self._prepared.get(body.name)
        if found is None:
            found = self._prepared[body.name] = prepare(body, self.free_variables)
        return found

    def spend(self, work: int) -> None:
        """Count work for the bodies that are being solved.

        Raises:
            NoFixpointError: it is too much.
        """
        trace = self._trace
        if trace is not None:
            trace.work += work
        self._summaries.spend(work)

    def is_generator(self, node: FunctionNode) -> bool:
        """Whether a call of a function only prepares; False if that can't be found out."""
        try:
            answer = self.index.is_generator(node)
        except Exception as error:
            self.note_fault(error, node)
            answer = False
        trace = self._trace
        if trace is not None:
            trace.generators[node] = answer
        return answer

    def analyze_module_body(self) -> None:
        """Solve the module body, so that the global names are known."""
        self.problems.clear()
        self.observations.clear()
        self.events.clear()
        self._contexts.clear()
        names = self.definitions.names

        def settle(analysis: BodyAnalysis) -> None:
            if analysis.returned:
                memory = analysis.join_all([memory for memory, _ in analysis.returned])
                names.settle(memory, analysis.heap)

        try:
            self._run(self.index.tree, (), settle)
        finally:
            names.interrupt()

    def learn_instances(self) -> None:
        """Learn what constructors store in the fields of instances.

        If that is anything new, the module body is solved anew: what was found out so far did not
        know of it.
        """
        new = False
        for _ in range(MAXIMAL_ROUNDS):
            if not self.instances.learn():
                break
            new = True
            self._summaries.forget(self.index.has)
            self.classes.forget_classes()
        if new:
            self._summaries.forget(self.index.has)
            self.analyze_module_body()
        if not self.is_foreign:
            self._summaries.forget_outdated(self.evidence)

    def _stored(self, class_name: str) -> Mapping[str, Shape]:
        """The shapes of what the constructor of a class stores."""
        if self.definitions.is_own_class(class_name):
            return self.instances.shapes(class_name)
        if self.program is None:
            return {}
        found, modules = self.program.stored(class_name)
        self.modules |= modules
        return found

    def stored_callable(self, class_name: str, name: str, receiver: Value) -> Value | None:
        """The callable that the constructor of a class, or of an ancestor, stores in a field."""
        for ancestor in self.definitions.constructing(class_name):
            found = self._stored_callable(ancestor, name, receiver)
            if found is not None:
                return found
        return None

    def _stored_callable(self, class_name: str, name: str, receiver: Value) -> Value | None:
        if self.definitions.is_own_class(class_name):
            return self.instances.callable_of(class_name, name, receiver)
        if self.program is None:
            return None
        found, modules = self.program.stored_callable(class_name, name, receiver)
        self._rest_on(modules)
        if found is not None:
            self.rests_on_more()
        return found

    def analyze(self, node: FunctionNode) -> None:
        """Make sure that a function was solved as it is declared."""
        self.summary(Function(node, self.index.name_of(node)), ())

    def leads_to(self, earlier: Problem, later: Problem) -> bool:
        """Whether a path leads from one use on to another use of the same body."""
        body = self.body(self.index.node(earlier.body))
        return leads_to(body, earlier.position, later.position)

    def contexts(self, node: BodyNode) -> set[Context]:
        """The contexts in which a function was called."""
        return self._contexts.get(node, set())

    def forget_contexts(self) -> None:
        """Begin to count contexts anew."""
        self._contexts.clear()

    def _run(
        self, node: BodyNode, context: Context, read_off: Callable[[BodyAnalysis], _Result]
    ) -> _Result:
        """Solve a body and read something off the solution, which is let go of then."""
        body = self.body(node)
        inputs = {
            variable: binding_of_kind(kind, variable, body.name) for variable, kind in context
        }
        modes = {} if isinstance(node, ast.Module) else self.modes(node)
        analysis = BodyAnalysis(self, body, inputs, modes)
        try:
            analysis.run()
            self.problems[node, context] = analysis.problems
            if analysis.observer is not None:
                self.observations[node, context] = analysis.observer.noted()
            return read_off(analysis)
        finally:
            analysis.release()

    def summary(self, function: Function, context: Context) -> Summary:
        """What a call of a function of this module does, in a context.

        Raises:
            nothing: a body without a fixpoint counts as opaque, and so does one with a fault.
        """
        node = function.node
        try:
            answer = self._summary(node, context)
        except Exception as error:
            self.note_fault(error, node)
            answer = GIVEN_UP
        trace = self._trace
        if trace is not None:
            trace.asked.append(Asked(function, context, answer))
        return answer

    def is_at_work(self, node: FunctionNode) -> bool:
        """Whether the body of a function is being solved right now: a call of it is recursive."""
        answer = self._summaries.times_at_work(node) > 0
        trace = self._trace
        if trace is not None:
            trace.at_work[node] = answer
        return answer

    def _summary(self, node: FunctionNode, context: Context) -> Summary:
        if says_nothing(node):
            return OPAQUE
        known = self._contexts.setdefault(node, set())
        if context and context not in known:
            recursive = self._summaries.times_at_work(node) >= MAXIMAL_RECURSION
            if len(known) >= MAXIMAL_CONTEXTS or recursive or self._summaries.has_worked_much:
                context = ()
            else:
                known.add(context)
        return self._summaries.get(
            node, context, lambda: self._summarize(node, context), self.evidence
        )

    def evidence(self, node: BodyNode) -> int:
        """How much was shown of values of a body that have no type."""
        return len(self.classes.promoted.in_body(self.index.name_of(node)))

    def _summarize(self, node: FunctionNode, context: Context) -> Summary:
        try:
            if self.is_foreign:
                body = self.body(node)
                if sum(len(block.operations) for block in body.blocks) > MAXIMAL_OPERATIONS:
                    return GIVEN_UP
                # What other calls have shown must not count, or it would matter who asks first.
                self.classes.promoted.forget(body.name)
            if self.solutions is None:
                return self._run(node, context, summary_of)
            return self.solutions.solve(
                self, node, context, lambda: self._run(node, context, summary_of)
            )
        except NoFixpointError:
            if self.index.name_of(node) not in self.given_up:
                self.given_up.append(self.index.name_of(node))
        except Exception as error:
            # It is a fault of ours, and the callers' findings must not be lost for it.
            self.note_fault(error, node)
        self.problems[node, context] = []
        return GIVEN_UP

    # --- what solutions rest on (`flow/solutions.py`) ---------------------------------------------

    @property
    def _trace(self) -> Trace | None:
        return None if self.solutions is None else self.solutions.trace

    def rests_on_more(self) -> None:
        """What the body at work rests on is not noted, so that its solution is not to be kept."""
        if self.solutions is not None:
            self.solutions.spoil()

    def note_event(self, event: Event, detail: EventDetail) -> None:
        """Keep the details of an event for its explanation."""
        self.events[event] = detail
        trace = self._trace
        if trace is not None:
            trace.events.append((event, detail))

    def event_at(self, body: str, operation: int) -> Event | None:
        """An event of an operation, the first of those that were noted, in whatever context."""
        self.rests_on_more()
        return next((e for e in self.events if (e.body, e.operation) == (body, operation)), None)

    @property
    def is_recursion_at_work(self) -> bool:
        """Whether a body that is being solved was asked for meanwhile."""
        return self._summaries.has_heads

    @property
    def rests_on_something_provisional(self) -> bool:
        """Whether the body at work was told a provisional summary."""
        return self._summaries.rests_on_something_provisional

    def take_over(self, key: Key, solution: Solution) -> None:
        """Let a kept solution count as if the body had been solved.

        Raises:
            NoFixpointError: that would have been too much work.
        """
        self._summaries.spend(solution.work)
        self.problems[key] = list(solution.problems)
        if solution.observations is not None:
            self.observations[key] = list(solution.observations)
        self.events.update(solution.events)
        self.modules |= solution.modules

    def note_fault(self, error: Exception, node: FunctionNode | None = None) -> None:
        """Note an internal fault.

        Args:
            error: what was raised.
            node: the function in whose body it came up; None for the module's body.
        """
        name = THE_MODULE if node is None else self.index.name_of(node)
        note_fault(self.faults, error, name if self.path is None else f"{name} of {self.path}")
