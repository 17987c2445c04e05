"""The differences that the checker is meant to have.

Each *policy* has a name, a scenario and a line in the README ("What it does not see").  What it
covers is decided by its own condition, as far as possible on what the judge has seen happen, and
not by what stands somewhere in the program.
"""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from tests.differential.checker import Report
from tests.differential.judge import Judge, Judgement
from tests.differential.variants import (
    Freeing,
    Permeating,
    Prolonging,
    Skipping,
    catches,
    is_bounded,
    is_over_a_list,
)
from tests.differential.world import Lines, Use


@dataclass(frozen=True)
class Difference:
    """A report without a use, a use without a report, or a report that says too much or too little.

    Attributes:
        kind: "false alarm", "miss", "too certain" or "too cautious".
        line: where.
        rule: the rule's code.
        detail: the message, or what made the State old.
        report: of anything but a miss, the report.
        use: of a miss, the use.
    """

    kind: str
    line: int
    rule: str
    detail: str
    report: Report | None = None
    use: Use | None = None

    def __str__(self) -> str:
        return f"{self.kind}: line {self.line}: [{self.rule}] {self.detail}"


@dataclass(frozen=True)
class Evidence:
    """What a policy may look at: the program, and what was seen on the lines of the reports.

    Attributes:
        tree: the program.
        seen: what the judge has seen.
        watched: the places that it has looked into, by line.
    """

    tree: ast.Module
    seen: Judgement
    watched: Mapping[int, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def free(self) -> Judge:
        """A judge of the program with other conditions (`Freeing`)."""
        tree = Freeing().visit(copy.deepcopy(self.tree))
        return Judge(ast.fix_missing_locations(tree), "drive")

    @cached_property
    def longer(self) -> Judge:
        """A judge of the program with further turns of its loops (`Prolonging`)."""
        tree = Prolonging().visit(copy.deepcopy(self.tree))
        return Judge(ast.fix_missing_locations(tree), "drive", self.watched)

    @cached_property
    def permeable(self) -> Judge:
        """A judge of the program whose handlers may let anything through (`Permeating`)."""
        tree = Permeating().visit(copy.deepcopy(self.tree))
        return Judge(ast.fix_missing_locations(tree), "drive")

    @cached_property
    def shorter(self) -> Judge:
        """A judge of the program in which loops over lists may run no turn (`Skipping`)."""
        tree = Skipping().visit(copy.deepcopy(self.tree))
        return Judge(ast.fix_missing_locations(tree), "drive", self.watched)


ENOUGH_FREE_RUNS = 2000

Condition = Callable[[Difference, Evidence], bool]


@dataclass(frozen=True)
class Policy:
    """Something that the checker does not see, by choice or by its nature.

    Attributes:
        name: as the README has it.
        scenario: the case in `tests/scenarios/cases` that shows it.
        covers: whether it explains a difference.
    """

    name: str
    scenario: str
    covers: Condition


# --- Names that trade places ----------------------------------------------------------------------


def _names_that_trade_places(difference: Difference, evidence: Evidence) -> bool:
    """It isn't known that two places never hold one object, where loops or exceptions change them.

    The place holds, on some paths, what the call that is blamed takes on others; and one of the two
    holds this object on some paths, and that one on others.  The variable of a loop counts for
    whatever it has held in any turn.
    """
    report = difference.report
    if report is None or difference.kind == "too cautious":
        return False
    if not (report.may or report.in_a_loop or difference.kind == "too certain"):
        return False
    if not any(_may_repeat_or_fail(evidence.tree, line) for line in (report.line, *report.causes)):
        return False
    loops = turns(evidence.tree)
    places = {(line, name) for line, name in loops if name == report.place}
    places |= {(report.line, place) for place in (report.place, *iterated(report, evidence.tree))}
    held = _held(evidence, places)
    struck = _struck(evidence, report.causes)
    if any(held & turned and struck & turned for turned in (_held(evidence, {t}) for t in loops)):
        return True
    return bool(held & struck) and max(len(held), len(struck)) > 1


def _held(evidence: Evidence, places: Collection[tuple[int, str]]) -> set[Lines]:
    """The objects that any of some places has held on the line that it is given with."""
    return {origin for line, place, origin in evidence.seen.held if (line, place) in places}


def _struck(evidence: Evidence, lines: Collection[int]) -> set[Lines]:
    """The objects that some lines have made old, in any run."""
    return {origin for line, origin in evidence.seen.struck if line in lines}


def causes_of(report: Report, evidence: Evidence) -> set[int]:
    """The lines that a report is about: those that it names, and those that it only counts."""
    if not report.is_abridged:
        return {*report.causes}
    held = _held(evidence, {(report.line, report.place)})
    return {*report.causes, *(line for line, origin in evidence.seen.struck if origin in held)}


_REPEATING: tuple[type[ast.AST], ...] = (
    *(ast.For, ast.AsyncFor, ast.While, ast.Try, ast.With, ast.AsyncWith),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
if sys.version_info >= (3, 11):
    _REPEATING = (*_REPEATING, ast.TryStar)


def _may_repeat_or_fail(tree: ast.Module, line: int) -> bool:
    """Whether a line is in a loop, or in something that may be left by an exception, or behind it.

    What a function does that comes after such a statement may depend on its turns, too.
    """
    return any(
        isinstance(node, _REPEATING) and getattr(node, "lineno", 0) <= line
        for function in _functions_around(tree, line)
        for node in ast.walk(function)
    )


def turns(tree: ast.Module) -> set[tuple[int, str]]:
    """The lines on which a turn of a loop over a display begins, and the variable of the loop."""
    return {
        (loop.body[0].lineno, loop.target.id)
        for loop in ast.walk(tree)
        if isinstance(loop, ast.For) and isinstance(loop.iter, ast.Tuple)
        if isinstance(loop.target, ast.Name)
    }


def iterated(report: Report, tree: ast.Module) -> list[str]:
    """The names of what a comprehension goes through whose variable is reported."""
    return [
        generator.iter.id
        for node in ast.walk(tree)
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp))
        and node.lineno == report.line
        for generator in node.generators
        if isinstance(generator.iter, ast.Name) and ast.unparse(generator.target) == report.place
    ]


# --- Accepting a step -----------------------------------------------------------------------------


def _accepting_a_step(difference: Difference, evidence: Evidence) -> bool:
    """A stale name that its loop rebinds, in some turns, to what the call in it has returned.

    Or one that is rebound to something that is made of it and the newer State.  What is put
    together of something accepted is accepted, too.
    """
    if difference.kind != "miss" or difference.rule != "state-stale" or difference.use is None:
        return False
    causes = difference.use.causes
    return any(
        _is_choice(use, evidence.tree) or _is_decided_by_a_loop(use, evidence.tree)
        for use in evidence.seen.uses
        if use.causes == causes
    )


def _is_choice(use: Use, tree: ast.Module) -> bool:
    """Whether a statement that uses something old rebinds it to what is made of old and new."""
    newer = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        if any(node.lineno in cause.lines for cause in use.causes)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and node.lineno in use.lines:
            read = {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)}
            rebound = {part.id for part in node.targets if isinstance(part, ast.Name)}
            captured = rebound if use.lines[0] != node.lineno else set()
            if rebound & (read | captured) and newer & read - rebound:
                return True
    return False


def _is_decided_by_a_loop(use: Use, tree: ast.Module) -> bool:
    """Whether loops around the calls that are blamed accept what these have returned, or not."""
    for function in (each for line in use.lines for each in _functions_around(tree, line)):
        used = {name for line in use.lines for name in _names_on_line(function, line)}
        loops = [node for node in ast.walk(function) if isinstance(node, (ast.For, ast.While))]
        if all(
            any(used & _accepted(function, loop, line) for loop in loops for line in cause.lines)
            for cause in use.causes
        ):
            return True
    return False


def _accepted(function: ast.AST, loop: ast.For | ast.While, line: int) -> set[str]:
    """The names that some turns of a loop rebind to what is made on a line of it."""
    if not loop.body[0].lineno <= line <= (loop.body[-1].end_lineno or 0):
        return set()
    made = _made_of(function, line)
    leaves = any(isinstance(node, (ast.Break, ast.Continue)) for node in ast.walk(loop))
    return {
        target.id
        for node in ast.walk(loop)
        if isinstance(node, ast.Assign) and (leaves or node not in loop.body)
        for target, value in _assigned(node)
        if isinstance(target, ast.Name) and _root(value) in made - {target.id}
    }


def _made_of(function: ast.AST, line: int) -> set[str]:
    """The names that may hold what is made on a line, or something that is made of it."""
    statements = [node for node in ast.walk(function) if isinstance(node, ast.stmt)]
    names = {name for node in statements if node.lineno == line for name in _stored(node)}
    size = -1
    while size != len(names):
        size = len(names)
        for node in statements:
            if not isinstance(node, _COMPOUND):
                read = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
                names |= _stored(node) if read & names else set()
    return names


_COMPOUND = (ast.FunctionDef, ast.AsyncFunctionDef, ast.If, ast.While, ast.Try, ast.Match)


def _stored(node: ast.stmt) -> set[str]:
    """The names that a statement binds, or of which it calls a method."""
    stored = {
        _root(part)
        for part in ast.walk(node)
        if isinstance(part, (ast.Name, ast.Attribute, ast.Subscript))
        and isinstance(part.ctx, ast.Store)
    }
    called = [part.func for part in ast.walk(node) if isinstance(part, ast.Call)]
    return stored | {_root(func) for func in called if isinstance(func, ast.Attribute)}


def _root(node: ast.expr) -> str:
    """The name that a place begins with."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _assigned(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What an assignment binds to what; names that trade places accept nothing."""
    target = node.targets[0]
    if not isinstance(target, ast.Tuple):
        yield target, node.value
        return
    if not isinstance(node.value, ast.Tuple):
        for part in target.elts:
            yield part, node.value
        return
    written = {ast.unparse(part) for part in target.elts}
    for part, value in zip(target.elts, node.value.elts, strict=False):
        if ast.unparse(value) not in written:
            yield part, value


# --- Generators -----------------------------------------------------------------------------------


def _generators(difference: Difference, evidence: Evidence) -> bool:
    """What a generator does between two elements: it is taken to run at once."""
    inside = {
        line
        for node in ast.walk(evidence.tree)
        if _is_generator(node)
        for line in range(node.lineno, (node.end_lineno or 0) + 1)  # type: ignore[attr-defined]
    }
    if difference.use is not None:
        made_old = [line for cause in difference.use.causes for line in cause.lines]
        return bool(inside.intersection((*difference.use.lines, *made_old)))
    assert difference.report is not None
    if inside.intersection({difference.report.line}, difference.report.causes):
        return True
    names = {
        node.name
        for node in ast.walk(evidence.tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _is_generator(node)
    }
    return any(f'by "{name}"' in difference.detail for name in names)


def _is_generator(node: ast.AST) -> bool:
    if isinstance(node, ast.GeneratorExp):
        return True
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and any(
        isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in ast.walk(node)
    )


# --- Elements of lists ----------------------------------------------------------------------------


def _elements_of_lists(difference: Difference, evidence: Evidence) -> bool:
    """An old State taken out of a list, that was made old under another name.

    One that is stale is known as what it was read through only. One that was invalidated is not
    known as the variable of a loop, nor as what was popped in one.  What is popped is taken to stay
    in the list, too.  At which index of a list of unknown length an old State stands
    is not known: it may be at any, and what is read at one index may be another one each time.
    """
    use = difference.use
    if difference.kind == "false alarm" and difference.report is not None:
        return _is_elsewhere(difference.report, evidence)
    if difference.kind == "too cautious" and difference.report is not None:
        return _has_unknown_length(container_of(difference.report.place), evidence.tree)
    if use is None or not use.taken:
        return False
    if difference.rule == "state-stale":
        return True
    return all(cause.taken != use.taken for cause in use.causes)


def _is_elsewhere(report: Report, evidence: Evidence) -> bool:
    """Whether a list has held both what was struck and what is reported, or an element of it was.

    Either an element of the list is reported, or one is what the call that is blamed was given.
    """
    container = container_of(report.place)
    if container in _changed_by("pop", evidence.tree):
        held = _held(evidence, {(report.line, container)})
        return bool(held & _struck(evidence, report.causes))
    if not report.may:
        return False
    if container in _changed_by("append", evidence.tree):
        held = _held(evidence, {(report.line, container)})
        return bool(held & _struck(evidence, report.causes))
    given = _held(evidence, grown_on(evidence.tree, report.causes))
    return bool(given & _held(evidence, {(report.line, report.place)}))


def grown_on(tree: ast.Module, lines: Collection[int]) -> set[tuple[int, str]]:
    """The lists of which something is read by an index on some lines, and that have grown."""
    grown = _changed_by("append", tree)
    return {
        (node.lineno, ast.unparse(node.value))
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and node.lineno in lines
        if ast.unparse(node.value) in grown
    }


def _has_unknown_length(container: str, tree: ast.Module) -> bool:
    """Whether a list is made by a comprehension somewhere, or grows."""
    return container in _changed_by("append", tree) or any(
        isinstance(inner, ast.ListComp)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and container in map(ast.unparse, node.targets)
        for inner in ast.walk(node.value)
    )


def _changed_by(method: str, tree: ast.Module) -> list[str]:
    """The lists that something is appended to, or popped from."""
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        ast.unparse(function.value)
        for function in called
        if isinstance(function, ast.Attribute) and function.attr == method
    ]


def container_of(place: str) -> str:
    """What an element is taken out of, as written; empty if a place is none."""
    return place.partition("[")[0] if place.endswith("]") else ""


# --- Calls that raise -----------------------------------------------------------------------------


def _calls_that_raise(difference: Difference, evidence: Evidence) -> bool:
    """What a callee did before it raised: such a call is taken to do nothing."""
    return difference.use is not None and difference.use.lost


# --- Conditions -----------------------------------------------------------------------------------


def _conditions(difference: Difference, evidence: Evidence) -> bool:
    """Nothing is known of a flag in the callee that it is passed to, nor of `p and q` as a whole.

    The report is right as soon as both are anything, each time that they are asked.
    """
    report = difference.report
    if report is None or difference.kind != "false alarm":
        return False
    return _bears_out(evidence.free, report)


def _bears_out(judge: Judge, report: Report) -> bool:
    """Whether some run of a changed program has the use that is reported."""
    seen = judge.seen
    while True:
        if any(
            report.line in use.lines and any(cause.rule == report.rule for cause in use.causes)
            for use in seen.uses
        ):
            return True
        if seen.complete or seen.executions >= ENOUGH_FREE_RUNS:
            return False
        judge.look()


# --- Turns of a loop ------------------------------------------------------------------------------


def _turns_of_a_loop(difference: Difference, evidence: Evidence) -> bool:
    """What needs more turns than a loop has: turns aren't counted.

    The report is right as soon as the loop goes on, with States that nobody has seen before, or
    with one that it has seen.
    """
    report = difference.report
    if report is None or difference.kind != "false alarm":
        return False
    if not any(map(is_bounded, ast.walk(evidence.tree))):
        return False
    if _bears_out(evidence.longer, report):
        return True
    longer = replace(evidence, seen=evidence.longer.seen)
    return _names_that_trade_places(difference, longer)


# --- Contexts -------------------------------------------------------------------------------------


def _contexts(difference: Difference, evidence: Evidence) -> bool:
    """A function without annotations is checked for each kind of arguments that it is called with.

    Where it is called by a function that nobody calls, less may be known of them: that a callee
    makes something newer, and not that it invalidates; or that it consumes on some paths only.
    """
    report = difference.report
    if report is None or not report.may:
        return False
    if difference.kind == "too cautious":
        around = {
            getattr(node, "name", "") for node in _functions_around(evidence.tree, report.line)
        }
        return any(
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in around
            for function in evidence.tree.body
            if getattr(function, "name", "") != "drive"
            for node in ast.walk(function)
        )
    return (
        difference.rule == "state-stale"
        and difference.kind == "false alarm"
        and any(
            report.line in use.lines and report.causes.intersection(cause.lines)
            for use in evidence.seen.uses
            for cause in use.causes
        )
    )


# --- Callees that decide --------------------------------------------------------------------------


def _callees_that_decide(difference: Difference, evidence: Evidence) -> bool:
    """A call behind a boundary, that returns something newer on some of its paths only.

    Wherever nothing was old, the call that is blamed had been carried out all the same; or it
    returned something else that is new.  And what is old for certain is used on some
    paths of a callee only.
    """
    report = difference.report
    if report is None or difference.kind not in ("false alarm", "too certain"):
        return False
    seen = evidence.seen
    if difference.kind == "false alarm":
        return report.rule == "state-stale" and bool(report.causes & seen.spared & seen.renewed)
    clean = [(before, old) for causes, before, old in seen.steps[report.line] if not causes]
    if report.rule == "state-stale" and all(report.causes & before for before, _ in clean):
        return True
    is_used_within = any(report.line in use.lines[1:] for use in seen.uses)
    return is_used_within and all(report.place in old for _, old in clean)


# --- One State for two parameters -----------------------------------------------------------------


def _one_state_for_two_parameters(difference: Difference, evidence: Evidence) -> bool:
    """A call gets one State from two places.

    One that consumes it as one of them may have read the other one before.  One that returns
    something newer of one of them takes over that one only: the other may be a snapshot.
    """
    if difference.use is not None:
        return all(cause.shared for cause in difference.use.causes)
    return difference.report is not None and "together with" in difference.detail


# --- Fields of the receiver -----------------------------------------------------------------------


def _fields_of_the_receiver(difference: Difference, evidence: Evidence) -> bool:
    """What a method that renews a field of its object hands over of another field."""
    if difference.kind != "miss" or difference.rule != "state-stale" or difference.use is None:
        return False
    renewing = [
        function
        for function in ast.walk(evidence.tree)
        if isinstance(function, ast.FunctionDef) and function.args.args
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        if function.args.args[0].arg == "self" == _root(node)
    ]
    return all(
        any(f.lineno <= cause.lines[0] <= (f.end_lineno or 0) for f in renewing)
        for cause in difference.use.causes
    )


# --- Loops over lists -----------------------------------------------------------------------------


def _loops_over_lists(difference: Difference, evidence: Evidence) -> bool:
    """What a loop over a list does: it is taken to run, or not, and to meet any of the elements."""
    report = difference.report
    if report is None or difference.kind == "too certain":
        return False
    if difference.kind == "false alarm":
        if not report.may or not any(map(is_over_a_list, ast.walk(evidence.tree))):
            return False
        if _bears_out(evidence.shorter, report):
            return True
        shorter = replace(evidence, seen=evidence.shorter.seen)
        return _names_that_trade_places(difference, shorter)
    return any(
        loop.lineno <= cause <= (loop.end_lineno or 0)
        for loop in ast.walk(evidence.tree)
        if isinstance(loop, (ast.For, ast.ListComp, ast.GeneratorExp))
        and "items()" not in map(ast.unparse, _iterables(loop))
        for cause in report.causes
    )


def _iterables(loop: ast.For | ast.ListComp | ast.GeneratorExp) -> list[ast.expr]:
    if isinstance(loop, ast.For):
        return [loop.iter]
    return [generator.iter for generator in loop.generators]


# --- One of several objects -----------------------------------------------------------------------


def _one_of_several_objects(difference: Difference, evidence: Evidence) -> bool:
    """A call has consumed now the object in question, now another one.

    That the one in question is old all the same, where it was another one, is not known.
    """
    report = difference.report
    if difference.kind != "too cautious" or report is None:
        return False
    held = _held(evidence, {(report.line, report.place)})
    lines = {line for line, origin in evidence.seen.struck if origin in held}
    return any(len(_struck(evidence, {line})) > 1 for line in lines | report.causes)


# --- Nested handlers ------------------------------------------------------------------------------


def _nested_handlers(difference: Difference, evidence: Evidence) -> bool:
    """What is raised is not looked at: it is taken to reach any handler around it.

    The report is right as soon as handlers may let through what they have caught, and what is
    raised may be of another kind.
    """
    report = difference.report
    if difference.kind != "false alarm" or report is None:
        return False
    if not any(map(catches, ast.walk(evidence.tree))):
        return False
    return _bears_out(evidence.permeable, report)


POLICIES = (
    Policy("names that trade places", "s014b_names_that_trade_places", _names_that_trade_places),
    Policy("accepting a step", "s050b_accepting_a_step", _accepting_a_step),
    Policy("generators", "s127b_generator_runs_at_once", _generators),
    Policy("elements of lists", "s134b_stale_element_under_another_name", _elements_of_lists),
    Policy("calls that raise", "s093b_call_that_raises_after_consuming", _calls_that_raise),
    Policy("conditions", "s052b_conditions_not_followed", _conditions),
    Policy("turns of a loop", "s076c_turns_of_a_loop", _turns_of_a_loop),
    Policy("contexts", "s107i_called_in_two_ways", _contexts),
    Policy("callees that decide", "s102b_callee_that_decides", _callees_that_decide),
    Policy("one state for two parameters", "s021b_read_before", _one_state_for_two_parameters),
    Policy("fields of the receiver", "s117e_fields_of_the_receiver", _fields_of_the_receiver),
    Policy("loops over lists", "s075b_loop_over_a_list", _loops_over_lists),
    Policy("one of several objects", "s072b_one_of_several_objects", _one_of_several_objects),
    Policy("nested handlers", "s092b_nested_handlers", _nested_handlers),
)


# --- Syntax ---------------------------------------------------------------------------------------


def _functions_around(tree: ast.Module, line: int) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if node.lineno <= line <= (node.end_lineno or 0):
            yield node


def _names_on_line(tree: ast.AST, line: int) -> set[str]:
    return {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.lineno == line
    }
