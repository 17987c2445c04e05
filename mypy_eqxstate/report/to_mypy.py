"""Saying findings in mypy's way, so that they are mypy's errors in every respect.

`report_findings` puts them into mypy's own store of errors at the end of a module.  From there they
get what mypy's errors get: sorting, codes, `# type: ignore`, `disable_error_code`, unused-ignore
warnings, the cache (an unchanged module's errors are shown again), parallel workers, JSON output.

A note belongs to its error.  mypy would look at a note's own line when it decides about
`# type: ignore`, so that a suppressed error left its notes behind, and a note on a line with an
unrelated `# type: ignore[...]` drew a remark about that comment.  Notes are therefore added only if
their error was kept, and without a code, as for

    y, new = layer(x, state)   # type: ignore[misc]     <- note: taken over here
    print(state)                                         <- error: ... [state-stale]

Limits: mypy cannot place a note in another file; its place is said in words then.  mypy sorts by
line, so a note about an earlier line stands before its error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from mypy.build import BuildManager
from mypy.cache import ErrorTuple
from mypy.checker import TypeChecker
from mypy.errors import ErrorInfo, Errors
from mypy.options import Options
from mypy.scope import Scope

from mypy_eqxstate.faults import THE_MODULE, Fault, contained
from mypy_eqxstate.report.codes import EQXSTATE, RULES, STATE_CONTRACT, code_of
from mypy_eqxstate.report.configuration import problem_text, section_line

if TYPE_CHECKING:
    from mypy_eqxstate.report.finding import Finding, ModuleReport, Note, Position

FAULT: Final = "mypy_eqxstate: internal fault in "
"""How the note about internal faults begins."""

LIMIT: Final = "mypy_eqxstate: not checked for old States: "
"""How the note about what is not checked begins."""

HOW_TO_REPORT = (
    "please report it to the authors of mypy_eqxstate with this line and the code that it names "
    "(mypy's --show-traceback prints the traceback)"
)


def any_rule_enabled(checker: TypeChecker) -> bool:
    """Whether at least one rule is enabled in the module of this type checker."""
    options = checker.options
    if EQXSTATE in options.disabled_error_codes:
        return any(code in options.enabled_error_codes for code in RULES)
    return any(code not in options.disabled_error_codes for code in RULES)


def report_module(
    checker: TypeChecker, said: ModuleReport, problems: Sequence[str], options: Options
) -> None:
    """Add all that is to be said about a module to mypy's errors.

    Args:
        checker: the type checker of the module.
        said: the findings, and what else there is to say.
        problems: those of the configuration that are to be said once more.
        options: mypy's, for all modules.
    """
    faults = list(said.faults)
    with contained(faults, THE_MODULE):
        report_findings(checker, said.findings, faults)
    with contained(faults, THE_MODULE):
        if said.limits:
            report_limits(checker, said.limits)
    with contained(faults, THE_MODULE):
        if problems and _contracts_enabled(options):
            repeat_problems(checker, problems, options)
    if faults:
        report_fault(checker, faults)
        if options.show_traceback:
            print(*(fault.trace for fault in faults), sep="\n", file=sys.stderr)


def report_findings(checker: TypeChecker, findings: Sequence[Finding], faults: list[Fault]) -> None:
    """Add findings about a module, with their notes, to mypy's errors.

    Args:
        checker: the type checker of the module.
        findings: in any order; mypy sorts by line.
        faults: what goes wrong with one of them is added here.
    """
    if not findings:
        return
    with _module(checker) as errors:
        for finding in findings:
            with contained(faults, finding.function):
                _report_finding(errors, finding)


def _report_finding(errors: Errors, finding: Finding) -> None:
    position = finding.position
    info = errors.report(
        position.line,
        position.column,
        _one_line(finding.message),
        code=code_of(finding.rule),
        origin_span=list(range(position.line, position.end_line + 1)),
        end_line=position.end_line,
        end_column=position.end_column,
    )
    if _was_kept(errors, info):
        for note in finding.notes:
            if note.kind.is_said_by_mypy:
                errors.add_error_info(_note(errors, info, note, position))


def report_fault(checker: TypeChecker, faults: Sequence[Fault]) -> None:
    """Add one note about internal faults while a module was analysed.

    A note leaves mypy's exit status alone.

    Args:
        checker: the type checker of the module.
        faults: what went wrong.
    """
    others = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    with _module(checker) as errors:
        errors.report(
            1,
            0,
            f"{FAULT}{errors.simplify_path(checker.path)}: "
            f"{_one_line(str(faults[0]))}{others}; the rest of the check and mypy's own result "
            f"stand; {HOW_TO_REPORT}",
            code=EQXSTATE,
            severity="note",
        )


def report_limits(checker: TypeChecker, limits: Sequence[str]) -> None:
    """Add one note about what of a module is not checked.

    Args:
        checker: the type checker of the module.
        limits: what is left out, with the reason, one text each.
    """
    others = f" (and {len(limits) - 1} more)" if len(limits) > 1 else ""
    with _module(checker) as errors:
        errors.report(
            1,
            0,
            f"{LIMIT}{_one_line(limits[0])}{others}",
            code=EQXSTATE,
            severity="note",
        )


def report_problems(manager: BuildManager, config_file: str, problems: Sequence[str]) -> None:
    """Show problems of the configuration as errors in the configuration file.

    Goes past mypy's store of errors, which keeps only what belongs to a module.  Does nothing in a
    parallel worker (the main process shows them) and if the user disabled `state-contract`.

    Args:
        manager: mypy's build.
        config_file: the file's name as the user gave it.
        problems: one sentence each, possibly starting with the file's name.
    """
    if not _contracts_enabled(manager.options):
        return
    line = section_line(config_file)
    rows: list[ErrorTuple] = [
        (
            config_file,
            line,
            0,
            line,
            1,
            "error",
            problem_text(config_file, text),
            STATE_CONTRACT.code,
        )
        for text in problems
    ]
    messages = manager.errors.format_messages(config_file, rows, formatter=manager.error_formatter)
    manager.flush_errors(config_file, messages, False)


def repeat_problems(checker: TypeChecker, problems: Sequence[str], options: Options) -> None:
    """Show problems of the configuration again, each once, as if they belonged to a module.

    Args:
        checker: the type checker of the module.
        problems: one sentence each, possibly starting with the file's name.
        options: mypy's, for all modules.
    """
    config_file = options.config_file or ""
    line = section_line(config_file)
    with _module(checker) as errors:
        errors.set_file(config_file, checker.tree.fullname, options=options)
        for text in problems:
            message = problem_text(config_file, text)
            errors.report(
                line, 0, message, code=STATE_CONTRACT, only_once=True, end_line=line, end_column=1
            )


def _contracts_enabled(options: Options) -> bool:
    disabled = options.disabled_error_codes
    return STATE_CONTRACT not in disabled and EQXSTATE not in disabled


@contextmanager
def _module(checker: TypeChecker) -> Iterator[Errors]:
    """Mypy's errors, set to the module that the checker has checked."""
    errors = checker.errors
    name = checker.tree.fullname
    before = (errors.file, errors.target_module, errors.options, errors.scope)
    # Not the checker's own scope: it may be at work, inside a function.
    scope = Scope()
    errors.set_file(checker.path, name, options=checker.options, scope=scope)
    try:
        with scope.module_scope(name):
            yield errors
    finally:
        errors.set_file(*before)


def _was_kept(errors: Errors, info: ErrorInfo) -> bool:
    return any(kept is info for kept in reversed(errors.error_info_map.get(errors.file, ())))


def _note(errors: Errors, parent: ErrorInfo, note: Note, position: Position) -> ErrorInfo:
    message = note.message
    place = position
    if note.path is not None and note.position is not None:
        message = f"{message} ({errors.simplify_path(note.path)}:{note.position.line})"
    elif note.position is not None:
        place = note.position
    return ErrorInfo(
        import_ctx=parent.import_ctx,
        local_ctx=parent.local_ctx,
        line=place.line,
        column=place.column,
        end_line=place.end_line,
        end_column=place.end_column,
        severity="note",
        message=_one_line(message),
        code=None,
        blocker=False,
        only_once=False,
        module=parent.module,
        target=parent.target,
        origin_span=list(parent.origin_span),
        parent_error=parent,
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
