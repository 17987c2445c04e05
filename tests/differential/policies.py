"""The differences that the checker is meant to have.

Each *policy* has a name, a scenario and a line in the README ("What it does not see").  What it
covers is decided by its own condition, as far as possible on what the judge has seen happen, and
not by what stands somewhere in the program.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.differential.accepting import accepting_a_step
from tests.differential.checker import Report
from tests.differential.evidence import (
    Difference,
    Evidence,
    bears_out,
    changed_by,
    container_of,
    functions_around,
    grown_on,
    held_at,
    iterated,
    root_name,
    struck_on,
    turns,
)
from tests.differential.rejecting import rejecting_a_step, versions_for_each_element
from tests.differential.variants import catches, is_bounded, is_over_a_list
from tests.differential.world import Lines

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
    held = held_at(evidence, places)
    struck = struck_on(evidence, report.causes)
    if any(held & turned and struck & turned for turned in (held_at(evidence, {t}) for t in loops)):
        return True
    return bool(held & struck) and max(len(held), len(struck)) > 1


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
        for function in functions_around(tree, line)
        for node in ast.walk(function)
    )


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
    if container in changed_by("pop", evidence.tree):
        held = held_at(evidence, {(report.line, container)})
        return bool(held & struck_on(evidence, report.causes))
    # That it may be another one goes without saying in a loop.
    if not (report.may or report.in_a_loop):
        return False
    if container in changed_by("append", evidence.tree):
        held = held_at(evidence, {(report.line, container)})
        return bool(held & struck_on(evidence, report.causes))
    given = held_at(evidence, grown_on(evidence.tree, report.causes))
    return bool(given & held_at(evidence, {(report.line, report.place)}))


def _has_unknown_length(container: str, tree: ast.Module) -> bool:
    """Whether a list is made by a comprehension somewhere, or grows."""
    return container in changed_by("append", tree) or any(
        isinstance(inner, ast.ListComp)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and container in map(ast.unparse, node.targets)
        for inner in ast.walk(node.value)
    )


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
    return bears_out(evidence.free, report)


# --- Turns of a loop ------------------------------------------------------------------------------


def _turns_of_a_loop(difference: Difference, evidence: Evidence) -> bool:
    """What needs more turns than a loop has, or fewer: turns aren't counted.

    The report is right as soon as the loop goes on, with States that nobody has seen before, or
    with one that it has seen; or as soon as it ends before.
    """
    report = difference.report
    if report is None or difference.kind != "false alarm":
        return False
    if not any(map(is_bounded, ast.walk(evidence.tree))):
        return False
    if bears_out(evidence.longer, report):
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
            getattr(node, "name", "") for node in functions_around(evidence.tree, report.line)
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
        if function.args.args[0].arg == "self" == root_name(node)
    ]
    return all(
        any(f.lineno <= cause.lines[0] <= (f.end_lineno or 0) for f in renewing)
        for cause in difference.use.causes
    )


# --- Fields that a callee leaves ------------------------------------------------------------------


def _fields_that_a_callee_leaves(difference: Difference, evidence: Evidence) -> bool:
    """What a callee that stores States has handed over of a field or of a captured name.

    Either it has stored there what it hands over, or it stores elsewhere what it gets for it.
    """
    use = difference.use
    if difference.kind != "miss" or difference.rule != "state-stale" or use is None:
        return False
    return all(_is_left_behind(cause.lines[0], use.lines, evidence.tree) for cause in use.causes)


def _is_left_behind(line: int, lines: Lines, tree: ast.Module) -> bool:
    """Whether a function that isn't at work any more stores what it reads on a line, or gets there.

    Args:
        line: in that function.
        lines: at work now.
        tree: the program.
    """
    *_, function = sorted(functions_around(tree, line), key=lambda each: getattr(each, "lineno", 0))
    if any(function in functions_around(tree, each) for each in lines):
        return False
    foreign = {
        name for node in ast.walk(function) if isinstance(node, ast.Nonlocal) for name in node.names
    }
    stored = [
        node
        for node in ast.walk(function)
        if isinstance(node, (ast.Attribute, ast.Name)) and isinstance(node.ctx, ast.Store)
        if isinstance(node, ast.Attribute) or node.id in foreign
    ]
    read = {
        ast.unparse(node)
        for node in ast.walk(function)
        if isinstance(node, (ast.Attribute, ast.Name)) and node.lineno == line
    }
    return any(node.lineno == line or ast.unparse(node) in read for node in stored)


# --- Loops over lists -----------------------------------------------------------------------------


def _loops_over_lists(difference: Difference, evidence: Evidence) -> bool:
    """What a loop over a list does: it is taken to run, or not, and to meet any of the elements."""
    report = difference.report
    if report is None or difference.kind == "too certain":
        return False
    if difference.kind == "false alarm":
        if not report.may or not any(map(is_over_a_list, ast.walk(evidence.tree))):
            return False
        if bears_out(evidence.shorter, report):
            return True
        shorter = replace(evidence, seen=evidence.shorter.seen)
        return _names_that_trade_places(difference, shorter)
    if report.place in {name for _, name in turns(evidence.tree)}:
        return True
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
    held = held_at(evidence, {(report.line, report.place)})
    lines = {line for line, origin in evidence.seen.struck if origin in held}
    return any(len(struck_on(evidence, {line})) > 1 for line in lines | report.causes)


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
    return bears_out(evidence.permeable, report)


POLICIES = (
    Policy("names that trade places", "s014b_names_that_trade_places", _names_that_trade_places),
    Policy("accepting a step", "s050b_accepting_a_step", accepting_a_step),
    Policy("rejecting a step", "s050c_rejecting_a_step", rejecting_a_step),
    Policy("a comprehension", "s050c_rejecting_a_step", versions_for_each_element),
    Policy("generators", "s127b_generator_runs_at_once", _generators),
    Policy("elements of lists", "s134b_stale_element_under_another_name", _elements_of_lists),
    Policy("calls that raise", "s093b_call_that_raises_after_consuming", _calls_that_raise),
    Policy("conditions", "s052b_conditions_not_followed", _conditions),
    Policy("turns of a loop", "s076c_turns_of_a_loop", _turns_of_a_loop),
    Policy("contexts", "s107i_called_in_two_ways", _contexts),
    Policy("callees that decide", "s102b_callee_that_decides", _callees_that_decide),
    Policy("one state for two parameters", "s021b_read_before", _one_state_for_two_parameters),
    Policy("fields of the receiver", "s117e_fields_of_the_receiver", _fields_of_the_receiver),
    Policy(
        "fields that a callee leaves",
        "s117f_fields_that_a_callee_leaves",
        _fields_that_a_callee_leaves,
    ),
    Policy("loops over lists", "s075b_loop_over_a_list", _loops_over_lists),
    Policy("one of several objects", "s072b_one_of_several_objects", _one_of_several_objects),
    Policy("nested handlers", "s092b_nested_handlers", _nested_handlers),
)
