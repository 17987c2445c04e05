"""The analysis of one module, from its syntax tree to findings: the one entry for every front end.

    result = analyze_module(path, name, tree, source, oracle, configuration)

Steps: index the module, solve its body and all its functions (`flow/module.py`), sort out what
belongs to one cause, put it into words (`report/wording.py`).

A fault inside the analysis of one function never spoils the others: it is described in `faults`
and the function has no findings.  The same holds for one problem that can't be put into words.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

from mypy_eqxstate.config import Configuration
from mypy_eqxstate.contracts.declarations import malformed_annotations
from mypy_eqxstate.contracts.library import AFFINE_CLASSES, library_row
from mypy_eqxstate.contracts.model import Row
from mypy_eqxstate.contracts.notation import parse_row
from mypy_eqxstate.faults import THE_MODULE, Fault, contained
from mypy_eqxstate.flow.abstraction import Context
from mypy_eqxstate.flow.arguments import formals_of
from mypy_eqxstate.flow.guards import forget_guards
from mypy_eqxstate.flow.module import ModuleAnalysis
from mypy_eqxstate.flow.observations import combined
from mypy_eqxstate.flow.problems import Problem
from mypy_eqxstate.flow.program import Program
from mypy_eqxstate.flow.relevance import mentioned_names
from mypy_eqxstate.flow.solutions import Solutions
from mypy_eqxstate.flow.solver import NoFixpointError
from mypy_eqxstate.flow.values import forget_objects
from mypy_eqxstate.ir.model import BodyNode, FunctionNode
from mypy_eqxstate.ir.module import ModuleIndex
from mypy_eqxstate.oracle.protocol import Oracle, Sources
from mypy_eqxstate.oracle.shapes import UnknownShape, leaves_open
from mypy_eqxstate.report.finding import Finding, Standing
from mypy_eqxstate.report.standing import standings
from mypy_eqxstate.report.wording import Wording

_RULE_ORDER: Final = (
    "state-contract",
    "state-borrow",
    "state-reuse",
    "state-stale",
    "state-dropped",
)


@dataclass(slots=True)
class AnalysisResult:
    """What the analysis of a module found.

    Attributes:
        findings: in the order of their lines.
        modules: full names of other modules on whose contents the findings rest.
        declaring: those that declare what the type checker was asked for.
        faults: descriptions of internal faults, one a function.
        limits: functions that are too much for the analysis, by name.
        standings: how places stand, if that was asked for.
    """

    findings: list[Finding] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)
    declaring: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)


def analyze_module(
    path: str,
    module_name: str,
    tree: ast.Module,
    source: str,
    oracle: Oracle,
    configuration: Configuration,
    program: Program | None = None,
    *,
    observe: bool = False,
    solutions: Solutions | None = None,
) -> AnalysisResult:
    """Find old affine objects in one module.

    Args:
        path: the module's file.
        module_name: its dotted name.
        tree: its syntax tree.
        source: its text, from which `tree` was parsed.
        oracle: the type checker's answers about the nodes of `tree`.
        configuration: the user's settings.
        program: the other modules (`new_program`); None if their bodies are not to be read.
        observe: tell also how places stand, for an editor.
        solutions: what is left of an earlier analysis of the module; what is to be kept of this one
            is added to it.

    Returns:
        findings, modules and faults; nothing is raised but for what is no `Exception`.
    """
    result = AnalysisResult()
    with contained(result.faults, THE_MODULE):
        index = ModuleIndex(
            tree, module_name, PurePath(path).name in {"__init__.py", "__init__.pyi"}
        )
        module = ModuleAnalysis(
            index,
            oracle,
            _rows(configuration),
            AFFINE_CLASSES | configuration.affine,
            configuration.strict,
            program,
            solutions=solutions,
        )
        module.faults = result.faults
        module.observing = observe
        try:
            _analyze(module, path, source, result)
        finally:
            module.release()
    return result


def _analyze(module: ModuleAnalysis, path: str, source: str, result: AnalysisResult) -> None:
    """What is wrong in a module, and on which others that rests."""
    program = module.program
    if program is not None:
        program.begin(module)
    if _may_meet_something(module):
        _look_into(module, path, source, result)
    result.limits += module.given_up
    result.modules = module.modules
    if program is not None:
        result.modules = program.closure(module.modules)
        result.faults += program.faults(result.modules)
        result.declaring |= program.declaring(result.modules)
    result.declaring |= module.oracle.declaring()
    if module.solutions is not None:
        result.declaring |= module.solutions.declaring
    result.modules = result.modules - {module.index.name}


def _may_meet_something(module: ModuleAnalysis) -> bool:
    """Whether anything in a module may have to do with affine objects."""
    if module.relevance:
        return True
    telling = module.telling_names.all | {"Borrowed", "Consumed"}
    return not telling.isdisjoint(mentioned_names(module.index.tree))


def _look_into(module: ModuleAnalysis, path: str, source: str, result: AnalysisResult) -> None:
    """Solve all bodies that matter, and put into words what is wrong in them."""
    with contained(result.faults, THE_MODULE):
        try:
            module.analyze_module_body()
            module.learn_instances()
        except NoFixpointError:
            module.given_up.append(THE_MODULE)
    if module.solutions is not None and not (module.given_up or module.faults):
        with contained(result.faults, THE_MODULE):
            module.solutions.begin(module)
    for name, node in _callers_first(module):
        # Its problems count as it is called, if its calls say more than it does.
        if module.contexts(node) and not _is_declared(module, node):
            continue
        with contained(result.faults, name):
            module.analyze(node)
    wording = Wording(module, source, path)
    problems = _one_for_each_cause(module, _problems(module))
    if "Borrowed" in source or "Consumed" in source:
        with contained(result.faults, THE_MODULE):
            problems += _malformed(module)
    for problem in problems:
        with contained(result.faults, problem.body or THE_MODULE):
            result.findings.append(wording.finding(problem))
    if module.observing:
        with contained(result.faults, THE_MODULE):
            seen = [o for key in _counting(module) for o in module.observations.get(key, ())]
            result.standings += standings(combined(seen), module, wording.position)
    result.findings.sort(key=lambda finding: (finding.position.line, finding.position.column))


def new_program(
    sources: Sources, configuration: Configuration, keep_objects: bool = False
) -> Program:
    """The modules that calls may lead into, for all modules of a run.

    Args:
        sources: finds the source of a module, and what is declared in it.
        configuration: the user's settings.
        keep_objects: what is left of earlier analyses is still needed.
    """
    if not keep_objects:
        forget_objects()
    forget_guards()
    return Program(
        sources,
        _rows(configuration),
        AFFINE_CLASSES | configuration.affine,
        configuration.strict,
    )


def _rows(configuration: Configuration) -> Callable[[str], Row | None]:
    """The user's rows, and those of the library."""
    rows: dict[str, Row] = {}
    for name, text in configuration.contracts.items():
        try:
            rows[name] = parse_row(text)
        except ValueError:
            continue  # the configuration's own problem, reported with it

    def row(name: str) -> Row | None:
        return rows.get(name) or library_row(name)

    return row


def _callers_first(module: ModuleAnalysis) -> Iterable[tuple[str, FunctionNode]]:
    """The functions that matter, such that most are called before it is their turn.

    First those of which calls can't say more than they do themselves, then the others from the end
    of the module: what is defined late calls what is defined before.
    """
    complete: list[tuple[str, FunctionNode]] = []
    others: list[tuple[str, FunctionNode]] = []
    for name, node in list(module.index.functions.items()):
        # Generator expressions run where they are iterated; nobody else calls them.
        if node in module.relevance and not isinstance(node, ast.GeneratorExp):
            (complete if _is_complete(module, node) else others).append((name, node))
    return [*complete, *reversed(others)]


def _is_complete(module: ModuleAnalysis, node: FunctionNode) -> bool:
    return _is_declared(module, node) or not (formals_of(node) or module.free_variables(node))


def _problems(module: ModuleAnalysis) -> Iterator[Problem]:
    """The problems of all bodies."""
    for key in _counting(module):
        yield from module.problems.get(key, ())


def _counting(module: ModuleAnalysis) -> Iterator[tuple[BodyNode, Context]]:
    """All bodies, each in the contexts that count."""
    yield module.index.tree, ()
    for node in module.index.functions.values():
        contexts = module.contexts(node)
        if not contexts or _is_declared(module, node):
            yield node, ()
            continue
        for context in sorted(contexts, key=repr):
            yield node, context


def _malformed(module: ModuleAnalysis) -> Iterator[Problem]:
    """Annotations with `Borrowed` or `Consumed` that mean nothing."""

    def holds_affine(node: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool | None:
        signature = module.signature(node)
        for parameter in signature.parameters if signature is not None else ():
            if parameter.name == name and not isinstance(parameter.shape, UnknownShape):
                return bool(module.classes.affine_classes_in(parameter.shape))
        return None

    for found in malformed_annotations(module.index.tree, module.annotation_name, holds_affine):
        yield Problem("state-contract", found.misuse, "", found.node, found.text, "")


def _is_declared(module: ModuleAnalysis, node: FunctionNode) -> bool:
    """Whether the declaration says all of the inputs, so that calls can't say more."""
    if module.free_variables(node):
        return False
    signature = module.signature(node)
    if signature is None:
        return False
    names = {parameter.name for parameter in signature.parameters[:1]}
    return not any(
        leaves_open(parameter.shape)
        and not (parameter.name in names and module.index.class_of(node) is not None)
        for parameter in signature.parameters
    )


def _one_for_each_cause(module: ModuleAnalysis, problems: Iterator[Problem]) -> list[Problem]:
    """Without repetitions: one report for a use, and the first use only for a cause."""
    found = list(problems)
    # In `f(state)` the argument, which stands behind the call, is used before what that returns.
    turns: dict[tuple[int, int], tuple[int, int]] = {}
    for problem in found:
        turns[_place(problem)] = min(problem.position, turns.get(_place(problem), problem.position))
    ordered = sorted(
        found,
        key=lambda p: (
            _place(p)[0],
            turns[_place(p)],
            _place(p)[1],
            _RULE_ORDER.index(p.rule),
            not p.may,
            repr(p.events),
        ),
    )
    taken: set[tuple[int, int, str]] = set()
    reported: dict[tuple[object, ...], list[Problem]] = {}
    kept: list[Problem] = []
    for problem in ordered:
        place = (*_place(problem), problem.place)
        if place in taken:
            continue  # the report there tells of another cause: this one's next use is its first
        if problem.events:
            cause = (problem.body, problem.rule, problem.events)
            before = reported.setdefault(cause, [])
            follows = False
            with contained(module.faults, problem.body or THE_MODULE):
                follows = any(module.leads_to(earlier, problem) for earlier in before)
            if follows:
                continue
            before.append(problem)
        taken.add(place)
        kept.append(problem)
    return kept


def _place(problem: Problem) -> tuple[int, int]:
    """The line and the column of a use."""
    return getattr(problem.node, "lineno", 0), getattr(problem.node, "col_offset", 0)
