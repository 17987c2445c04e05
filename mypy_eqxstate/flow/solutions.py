"""Solutions of bodies that outlive an analysis, so that an edit has few bodies solved anew.

A solution of a body in a context follows from what the solver was told on the way: the summaries
that it asked for, what module-level names stand for, what evidence has shown.  All of that is noted
while it is solved (a *trace*).  In the next analysis of the module the same questions are asked
again, in the same order.  If each has the same answer, the solution is the same, and is taken over
with its problems.  At the first answer that is another one the body is solved, as if nothing had
been known: up to there solving it would have asked the very same questions.  So the rest of the
analysis can't tell the difference; the contexts that it counts, and their order, are the same.

Worked example.  In ::

    def normalise(x, s): return x / s.get(i), s
    def step(x, s): return normalise(x, s)
    def train(xs, s): ...                    # calls step

an edit of the text of `normalise` has it solved.  Its summary is what it was, so that `step` is
taken over, and `train`, which asks for `step`.  If `normalise` consumes `s` now, `step` is told
another answer and is solved, too; `train` only if the summary of `step` has changed with it.

What is not noted must be the same, or there is no reuse at all.  `Facts` are compared: what is
known of classes, what constructors store, which functions matter.  That the unchanged functions
have the same nodes, and the type checker's answers about them are the same, is up to whoever keeps
solutions (`resident.py`).

A solution holds nodes, which may be on other lines by now, and a few line numbers; these are mapped
(`graft.py`).

Limits.  No solution is kept of a body that is recursive, looks into another module, has to do with
evidence, is beyond the bounds or has a fault.  What is solved before the names of the module have
settled (the module body, what it calls, constructors) is solved each time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from mypy_eqxstate.contracts.summaries import Summary
from mypy_eqxstate.flow.abstraction import Context, Kind
from mypy_eqxstate.flow.bindings import Binding
from mypy_eqxstate.flow.lookups import Record
from mypy_eqxstate.flow.observations import Observation
from mypy_eqxstate.flow.problems import EventDetail, Problem
from mypy_eqxstate.flow.values import Event, Function, Object, Value
from mypy_eqxstate.ir.model import FunctionNode, Variable
from mypy_eqxstate.oracle.protocol import ClassInfo
from mypy_eqxstate.oracle.shapes import Shape

if TYPE_CHECKING:
    from mypy_eqxstate.flow.module import ModuleAnalysis

Key = tuple[FunctionNode, Context]
Question = tuple[FunctionNode, bool]
Meaning = tuple[Variable, "Kind | None"]


class Asked(NamedTuple):
    """A summary that was asked for, and what the answer was."""

    function: Function
    context: Context
    answer: Summary


class Solution(NamedTuple):
    """What came of solving a body in a context, and what it rests on.

    Attributes:
        summary, problems, observations: what came of it.
        events: what was noted of its events, in this order.
        modules: those that were noted as what findings rest on.
        asked: the summaries that were asked for, in this order.
        names: what module-level names stood for.
        generators, at_work: of which functions was asked whether they are generators, and whether
            they were being solved.
        evidence: the bodies of which was asked what evidence has shown; nothing.
        work: how much work it was.
    """

    summary: Summary
    problems: Sequence[Problem]
    observations: Sequence[Observation] | None
    events: Sequence[tuple[Event, EventDetail]]
    modules: frozenset[str]
    asked: Sequence[Asked]
    names: Sequence[Meaning]
    generators: Sequence[Question]
    at_work: Sequence[Question]
    evidence: frozenset[str]
    work: int


class Facts(NamedTuple):
    """What a module's analysis knows before the functions are solved, and no trace notes.

    Attributes:
        classes: what is known of classes, as far as anybody has asked.
        stored: the shapes of what constructors store.
        callables: the callables that they store.
        relevant: the functions that an affine object can reach.
        none_tests: the functions that say whether they are given None, and when they do.
    """

    classes: Mapping[str, ClassInfo | None]
    stored: Mapping[str, Mapping[str, Shape]]
    callables: Mapping[tuple[str, str], tuple[Value, Object]]
    relevant: frozenset[FunctionNode]
    none_tests: Mapping[str, bool]


class Earlier(NamedTuple):
    """What is left of an analysis.

    Attributes:
        solutions: of bodies that were not edited since.
        facts: what was known before they were solved.
        declaring: the modules that the type checker's answers were read from.
        functions: those whose nodes are the same in both syntax trees.
        lines: by the number of an earlier line, where it is now; 0 if that is not known. None if
            all lines are where they were.
    """

    solutions: Mapping[Key, Solution]
    facts: Facts
    declaring: frozenset[str]
    functions: frozenset[FunctionNode]
    lines: Sequence[int] | None


class Trace:
    """What a body that is being solved asks and notes."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.events: list[tuple[Event, EventDetail]] = []
        self.modules: set[str] = set()
        self.names: dict[Variable, Kind | None] = {}
        self.generators: dict[FunctionNode, bool] = {}
        self.at_work: dict[FunctionNode, bool] = {}
        self.evidence: set[str] = set()
        self.work = 0
        self.is_whole = True


class Solutions:
    """The solutions of one module's analysis: what is left of an earlier one, and what is kept.

    Args:
        path: the module's file.
        earlier: what is left of an earlier analysis; None if nothing.

    Attributes:
        kept: the solutions that may serve again.
        facts: what was known before functions were solved; None if that point was not reached.
        function_names: how the functions are called.
        reused: the names of the functions whose solutions were taken over.
    """

    def __init__(self, path: str, earlier: Earlier | None = None) -> None:
        self._path = path
        self._earlier = earlier
        self._lines = earlier.lines if earlier is not None else None
        self._at_work: list[Trace] = []
        self._moved: dict[int, Summary] = {}
        self.kept: dict[Key, Solution] = {}
        self.facts: Facts | None = None
        self.function_names: dict[FunctionNode, str] = {}
        self.reused: list[str] = []

    @property
    def declaring(self) -> frozenset[str]:
        """The modules that answers were read from which what was taken over rests on."""
        if self._earlier is None or not self.reused:
            return frozenset()
        return self._earlier.declaring

    # --- the course of an analysis

    def begin(self, module: ModuleAnalysis) -> None:
        """The names of a module are settled, and its functions are going to be solved."""
        facts = Facts(
            module.classes.known,
            module.instances.stored,
            module.instances.callables,
            module.relevance.functions,
            module.index.none_tests,
        )
        if self._earlier is not None and not self._are_same(self._earlier, facts, module):
            self._earlier = None
        self.facts = facts
        self.function_names = {node: name for name, node in module.index.functions.items()}

    def _are_same(self, earlier: Earlier, facts: Facts, module: ModuleAnalysis) -> bool:
        before = earlier.facts
        return (
            before.stored == facts.stored
            and before.callables == facts.callables
            and before.none_tests == facts.none_tests
            and before.relevant & earlier.functions == facts.relevant & earlier.functions
            and all(module.classes.info(name) == info for name, info in before.classes.items())
        )

    def solve(
        self,
        module: ModuleAnalysis,
        node: FunctionNode,
        context: Context,
        run: Callable[[], Summary],
    ) -> Summary:
        """The summary of a body: as it was, or worked out.

        Args:
            module: the analysis of its module.
            node: the body's function.
            context: what is known of its inputs.
            run: works it out.
        """
        if self.facts is None:
            return run()
        key = (node, context)
        if self._earlier is not None and not module.is_recursion_at_work:
            found = self._earlier.solutions.get(key)
            solution = None if found is None else self._taken_over(module, found)
            if solution is not None:
                self.kept[key] = solution
                self.reused.append(module.index.name_of(node))
                module.take_over(key, solution)
                return solution.summary
        self.kept.pop(key, None)
        faults, given_up = len(module.faults), len(module.given_up)
        promoted = module.classes.promoted
        trace = Trace()
        outer, promoted.asked = promoted.asked, trace.evidence
        self._at_work.append(trace)
        try:
            summary = run()
        finally:
            self._at_work.pop()
            promoted.asked = outer
        names = _names(module.lookups.at_work, module, trace)
        if (
            trace.is_whole
            and names is not None
            and not module.rests_on_something_provisional
            and (faults, given_up) == (len(module.faults), len(module.given_up))
            and not any(map(promoted.knows, trace.evidence))
        ):
            self.kept[key] = Solution(
                summary,
                module.problems[key],
                module.observations.get(key),
                trace.events,
                frozenset(trace.modules),
                trace.asked,
                names,
                tuple(trace.generators.items()),
                tuple(trace.at_work.items()),
                frozenset(trace.evidence),
                trace.work,
            )
        return summary

    # --- what bodies at work ask and note

    @property
    def trace(self) -> Trace | None:
        """That of the body that is being solved; None if none is, or nobody wants to know."""
        return self._at_work[-1] if self._at_work else None

    def spoil(self) -> None:
        """The body at work rests on something that is not noted."""
        if self._at_work:
            self._at_work[-1].is_whole = False

    # --- taking over

    def _taken_over(self, module: ModuleAnalysis, found: Solution) -> Solution | None:
        """A solution as it is now; None if it may be another one."""
        moved = self._as_moved(found)
        if moved is None or (found.observations is not None) != module.observing:
            return None
        promoted = module.classes.promoted
        outer, promoted.asked = promoted.asked, None
        self._at_work.append(Trace())
        try:
            asked = self._asked_again(module, found)
        finally:
            self._at_work.pop()
            promoted.asked = outer
        if asked is None or module.rests_on_something_provisional:
            return None
        return moved._replace(asked=asked)

    def _asked_again(self, module: ModuleAnalysis, found: Solution) -> Sequence[Asked] | None:
        """The summaries that a solution rests on, asked for anew; None if any answer is another."""
        names = module.definitions.names
        knows = module.classes.promoted.knows
        if any(names.look_up(variable) != meaning for variable, meaning in found.names):
            return None
        if any(module.is_at_work(node) is not answer for node, answer in found.at_work):
            return None
        if any(module.is_generator(node) is not answer for node, answer in found.generators):
            return None
        if any(map(knows, found.evidence)):
            return None
        asked: list[Asked] = []
        for question in found.asked:
            answer = module.summary(question.function, question.context)
            if not self._is_same(question.answer, answer):
                return None
            # In this order: had evidence turned up here, the next question would not follow.
            if any(map(knows, found.evidence)):
                return None
            asked.append(question._replace(answer=answer))
        return asked

    def _as_moved(self, found: Solution) -> Solution | None:
        """A solution with the numbers of lines as they are now; None if one is not known."""
        if self._lines is None:
            return found
        known = True

        def now(line: int) -> int:
            nonlocal known
            lines = self._lines or ()
            here = lines[line] if 0 <= line < len(lines) else 0
            known = known and (bool(here) or not line)
            return here

        def loops_now(loops: tuple[int | None, ...]) -> tuple[int | None, ...]:
            return tuple(None if line is None else now(line) for line in loops)

        summary = found.summary
        if summary.lines:
            lines = {item: now(line) for item, line in summary.lines.items()}
            summary = replace(summary, lines=lines)
        events: list[tuple[Event, EventDetail]] = []
        for event, detail in found.events:
            origin = detail.origin
            if origin is not None and origin[0] in (None, self._path):
                detail = replace(detail, origin=(origin[0], now(origin[1])))
            events.append((event, detail))
        problems = [replace(p, loop_lines=loops_now(p.loop_lines)) for p in found.problems]
        observations = found.observations
        if observations is not None:
            observations = [replace(o, loop_lines=loops_now(o.loop_lines)) for o in observations]
        if not known:
            return None
        self._moved[id(found.summary)] = summary
        return found._replace(
            summary=summary, events=events, problems=problems, observations=observations
        )

    def _is_same(self, before: Summary, now: Summary) -> bool:
        """Whether an answer is what it was, but for lines that are elsewhere now."""
        if now is before or now is self._moved.get(id(before)):
            # Without lines it is the same object where lines have moved, too.
            return self._lines is None or now is not before or not before.lines
        if now.lines.keys() != before.lines.keys():
            return False
        lines = self._lines
        for item, line in before.lines.items():
            if lines is not None:
                line = lines[line] if 0 <= line < len(lines) else -1
            if line != now.lines[item]:
                return False
        return (
            (now.returns, now.opaque, now.given_up)
            == (before.returns, before.opaque, before.given_up)
            and now.reads == before.reads
            and all(
                is_identical(getattr(now, name), getattr(before, name))
                for name in (
                    "effects",
                    "field_writes",
                    "variable_writes",
                    "result",
                    "fields",
                    "statuses",
                )
            )
        )


def is_identical(left: object, right: object) -> bool:
    """Whether two parts of summaries are the same, and in the same order."""
    if left is right:
        return True
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return len(left) == len(right) and all(
            is_identical(one, other) for one, other in zip(left.items(), right.items(), strict=True)
        )
    if isinstance(left, Binding) and isinstance(right, Binding):
        return is_identical(left.values, right.values) and is_identical(left.marks, right.marks)
    if type(left) is tuple and type(right) is tuple:
        return len(left) == len(right) and all(map(is_identical, left, right))
    return left == right


def _names(record: Record | None, module: ModuleAnalysis, trace: Trace) -> Sequence[Meaning] | None:
    """The names that were looked up; None if one of another module was."""
    found = dict(trace.names)
    for (names, variable), meaning in record.looked_up.items() if record is not None else ():
        if names is not module.definitions.names:
            return None
        found[variable] = meaning
    return tuple(found.items())
