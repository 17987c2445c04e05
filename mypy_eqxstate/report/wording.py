"""The sentences: from a problem to a finding that people read.

Every message is complete in its one line, because editors show only that: the place as written, what happened to
it, by which callee, on which line, and what to write instead.  Notes point at the consuming line and, where the callee's
declaration is the reason, there.

Advice, in this order: use the name that holds the newer value; rebind where the value was taken; only where the old
value is clearly wanted twice, a clone.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from mypy_eqxstate.flow.problems import EventDetail, Misuse, Problem
from mypy_eqxstate.flow.values import Event
from mypy_eqxstate.report.finding import Finding, Note, Position

if TYPE_CHECKING:
    from mypy_eqxstate.flow.module import ModuleAnalysis

MAXIMAL_CAUSES: Final = 3


class Wording:
    """Words the problems of one module."""

    def __init__(self, module: ModuleAnalysis, source: str) -> None:
        self._module = module
        self._lines = source.splitlines()

    def finding(self, problem: Problem) -> Finding:
        """The finding for a problem."""
        return Finding(
            rule=problem.rule,
            message=_MESSAGES[problem.misuse](self, problem),
            position=self.position(problem.node),
            notes=tuple(self._notes(problem)),
        )

    def position(self, node: ast.AST) -> Position:
        """Where a node is, in characters (Python's own columns count UTF-8 bytes)."""
        line = getattr(node, "lineno", 1)
        end_line = getattr(node, "end_lineno", None) or line
        return Position(
            line,
            self._column(line, getattr(node, "col_offset", 0)),
            end_line,
            self._column(end_line, getattr(node, "end_col_offset", None) or 0),
        )

    def _column(self, line: int, offset: int) -> int:
        if not 0 < line <= len(self._lines):
            return offset
        return len(self._lines[line - 1].encode()[:offset].decode(errors="replace"))

    # --- what happened ---------------------------------------------------------------------------

    def _old(self, problem: Problem) -> str:
        causes = self._causes(problem)
        if problem.rule == "state-stale":
            return self._stale(problem, causes)
        was = "may have been consumed" if problem.may else "was consumed"
        if problem.misuse is Misuse.CONSUMED_AGAIN:
            then = "and is consumed again"
        elif problem.misuse is Misuse.CALLEE_READS:
            then = f'and is used again in "{problem.callee}"'
        else:
            then = "and is used again"
        return f'"{problem.place}" {was} {causes} {then}; {self._advice(problem)}'

    def _stale(self, problem: Problem, causes: str) -> str:
        is_old = "may be out of date" if problem.may else "is out of date"
        may = "may have taken" if problem.may else "took"
        hidden = self._hidden(problem)
        return f'"{problem.place}" {is_old}: {causes.format(took=may)}{hidden}; {self._advice(problem)}'

    def _hidden(self, problem: Problem) -> str:
        transforms = sorted(
            {d.hidden_by for d in self._details(problem) if d.hidden_by is not None}
        )
        if transforms:
            return f", which {transforms[0]} hides at run time (no error, old numbers)"
        return " and returned a newer one"

    def _causes(self, problem: Problem) -> str:
        stale = problem.rule == "state-stale"
        parts: list[str] = []
        for event, loop in zip(problem.events, problem.loop_lines, strict=True):
            detail = self._module.events[event]
            line = getattr(detail.node, "lineno", 0)
            where = f"on line {line}"
            if loop is not None:
                where += f" in an earlier iteration of the loop on line {loop}"
            if stale:
                parts.append(f'"{detail.callee}" {{took}} it over {where}')
            else:
                parts.append(f'by "{detail.callee}" {where}')
        unique = list(dict.fromkeys(parts))
        text = " or ".join(unique[:MAXIMAL_CAUSES])
        if len(unique) > MAXIMAL_CAUSES:
            text += f" or by {len(unique) - MAXIMAL_CAUSES} more calls"
        return text

    def _same_call(self, problem: Problem) -> str:
        other = problem.events[0].place if problem.events else problem.place
        return (
            f'"{problem.place}" is passed to "{problem.callee}" together with "{other}", '
            f"which the call consumes: both are one {self._class(problem)}; "
            f'pass "clone({problem.place})" if both are wanted'
        )

    def _dropped(self, problem: Problem) -> str:
        place = problem.place or "state"
        return (
            f'the new {self._class(problem)} returned by "{problem.callee}" is thrown away, and '
            f'"{place}" is consumed; write {self._rebinding(problem.node, place)}'
        )

    def _borrowed(self, problem: Problem) -> str:
        return (
            f'"{problem.place}" is declared Borrowed, but "{problem.callee}" consumes it; '
            f'declare it "Consumed[{self._class(problem)}]", or consume "clone({problem.place})"'
        )

    # --- advice ----------------------------------------------------------------------------------

    def _advice(self, problem: Problem) -> str:
        if problem.newest is not None and problem.newest != problem.place:
            if self._wanted_twice(problem):
                event = problem.events[0]
                line = getattr(self._module.events[event].node, "lineno", 0)
                return (
                    f'use "{problem.newest}", the newer {self._class(problem)}, or pass '
                    f'"clone({event.place})" on line {line} if the old one is wanted twice'
                )
            return f'use "{problem.newest}", the newer {self._class(problem)}'
        if not problem.events:
            return "rebind it"
        event = problem.events[0]
        detail = self._module.events[event]
        return f"write {self._rebinding(detail.node, event.place)} there"

    def _wanted_twice(self, problem: Problem) -> bool:
        """The same old value is consumed twice, and the first result is kept under its own name."""
        return problem.misuse is Misuse.CONSUMED_AGAIN and len(problem.events) == 1

    def _rebinding(self, node: ast.AST, place: str) -> str:
        """The statement that rebinds a place to what the call returns."""
        callee = node.func if isinstance(node, ast.Call) else node
        call = f"{self._module.text(callee)}(...)"
        names = self._targets(node)
        if names is None:
            return f'"{place} = {call}"'
        return f'"{names.format(place)} = {call}"'

    def _targets(self, node: ast.AST) -> str | None:
        """The targets of the statement around a call, the newer object's replaced by `{}`."""
        statement = self._statement_of(node)
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Tuple) and len(target.elts) >= 2 and statement.value is node:
                names = [self._module.text(element) for element in target.elts]
                dropped = [n for n, name in enumerate(names) if name.startswith("_")]
                which = dropped[-1] if len(dropped) == 1 and dropped[0] > 0 else len(names) - 1
                names = [name.replace("{", "{{").replace("}", "}}") for name in names]
                names[which] = "{}"
                return ", ".join(names)
        return None

    def _statement_of(self, node: ast.AST) -> ast.stmt | None:
        parents = self._parents()
        current: ast.AST | None = node
        while current is not None and not isinstance(current, ast.stmt):
            current = parents.get(current)
        return current

    def _parents(self) -> Mapping[ast.AST, ast.AST]:
        found: dict[ast.AST, ast.AST] | None = getattr(self, "_known_parents", None)
        if found is None:
            found = {}
            for parent in ast.walk(self._module.index.tree):
                for child in ast.iter_child_nodes(parent):
                    found[child] = parent
            self._known_parents = found
        return found

    def _class(self, problem: Problem) -> str:
        return problem.class_name.rpartition(".")[2] or "State"

    # --- notes -----------------------------------------------------------------------------------

    def _details(self, problem: Problem) -> list[EventDetail]:
        return [self._module.events[event] for event in problem.events]

    def _notes(self, problem: Problem) -> list[Note]:
        notes: list[Note] = []
        seen: set[tuple[int, str]] = set()
        for event in problem.events[:MAXIMAL_CAUSES]:
            detail = self._module.events[event]
            line = getattr(detail.node, "lineno", 0)
            if (line, detail.callee) in seen or problem.misuse is Misuse.BORROWED:
                continue
            seen.add((line, detail.callee))
            notes.append(Note(self._consumed_here(event, detail), self.position(detail.node)))
            declaration = self._declared_here(detail)
            if declaration is not None:
                notes.append(declaration)
        return notes

    def _consumed_here(self, event: Event, detail: EventDetail) -> str:
        verb = "consumed" if event.invalidates else "handed over"
        return f'"{event.place}" was {verb} here'

    def _declared_here(self, detail: EventDetail) -> Note | None:
        reason = _REASONS.get(detail.reason)
        if reason is None or detail.origin is None or not detail.origin[1]:
            return None
        path, line = detail.origin
        message = reason.format(callee=detail.callee, class_name=detail.class_name.split(".")[-1])
        if path is not None:
            return Note(f"{message} ({path}:{line})", None)
        return Note(message, Position(line, 0, line, 0))


_REASONS: Final[Mapping[str, str]] = {
    "annotation": '"{callee}" is declared to consume it here',
    "body": '"{callee}" takes it over here',
}
_MESSAGES: Final[Mapping[Misuse, Callable[[Wording, Problem], str]]] = {
    Misuse.USED: Wording._old,
    Misuse.CONSUMED_AGAIN: Wording._old,
    Misuse.CALLEE_READS: Wording._old,
    Misuse.SAME_CALL: Wording._same_call,
    Misuse.DROPPED: Wording._dropped,
    Misuse.BORROWED: Wording._borrowed,
}
