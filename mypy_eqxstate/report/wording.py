"""The sentences: from a problem to a finding that people read.

Every message is complete in its one line, because editors show only that: the place as written,
what happened to it, by which callee, on which line, and what to write instead.  Notes point at the
consuming line and, where the callee's declaration or body is the reason, there.

Advice, in this order: rebind where the value was taken over, with the actual names; use the name
that holds the newer value; only where the old value is wanted twice, or the callee gives nothing
newer back, a clone.

Example: `_, new = counter(x, state)` and then `print(state)` gives `... write "_, state =
counter(...)" there, or use "new", the newer State, here`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from mypy_eqxstate.faults import THE_MODULE
from mypy_eqxstate.flow.problems import EventDetail, Misuse, Problem
from mypy_eqxstate.flow.values import Event
from mypy_eqxstate.fullnames import AFFINE_CLASSES, canonical
from mypy_eqxstate.oracle.shapes import (
    UNKNOWN,
    AffineShape,
    ContainerShape,
    Shape,
    TupleShape,
    UnionShape,
    UnknownShape,
)
from mypy_eqxstate.report.facts import facts_of
from mypy_eqxstate.report.finding import Finding, Note, NoteKind, Position
from mypy_eqxstate.report.frozen import frozen_holder
from mypy_eqxstate.syntax import COMPREHENSIONS

if TYPE_CHECKING:
    from mypy_eqxstate.flow.module import ModuleAnalysis

MAXIMAL_CAUSES: Final = 3


class Wording:
    """Words the problems of one module."""

    def __init__(self, module: ModuleAnalysis, source: str, path: str) -> None:
        self._module = module
        self._path = path
        self._lines = source.splitlines()

    def finding(self, problem: Problem) -> Finding:
        """The finding for a problem."""
        return Finding(
            rule=problem.rule,
            message=_MESSAGES[problem.misuse](self, problem),
            position=self.position(problem.node),
            notes=tuple(self._notes(problem)),
            function=problem.body or THE_MODULE,
            facts=facts_of(
                problem, self._module, self._path, self.position, self._newest(problem) is not None
            ),
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
        was = "may have been consumed" if self._may(problem) else "was consumed"
        if problem.misuse is Misuse.CONSUMED_AGAIN:
            then = "and is consumed again"
        elif problem.misuse is Misuse.CALLEE_READS:
            then = f"and is used again in {_callee(problem.callee)}"
        else:
            then = "and is used again"
        return f"{self._subject(problem)} {was} {causes} {then}; {self._advice(problem)}"

    def _subject(self, problem: Problem) -> str:
        """What is old, as it is named in a sentence."""
        if self._is_of_partial(problem):
            return f'the {self._class(problem)} bound in "{problem.place}"'
        return f'"{problem.place}"'

    def _is_of_partial(self, problem: Problem) -> bool:
        """Whether what is used is a callable, in which a partial has bound what is old."""
        if not any(detail.is_bound for detail in self._details(problem)):
            return False
        if any(event.place == problem.place for event in problem.events):
            return True
        node = problem.node
        shape = self._module.oracle.shape(node) if isinstance(node, ast.expr) else UNKNOWN
        return not _is_open(shape) and not self._module.classes.affine_classes_in(shape)

    def _stale(self, problem: Problem, causes: str) -> str:
        is_old = "may be out of date" if self._may(problem) else "is out of date"
        took = causes.format(took="may have taken" if self._may(problem) else "took")
        hidden = self._hidden(problem)
        return f"{self._subject(problem)} {is_old}: {took}{hidden}; {self._advice(problem)}"

    def _may(self, problem: Problem) -> bool:
        """On some paths only; that a loop has a first turn goes without saying."""
        return problem.may and not all(line is not None for line in problem.loop_lines)

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
                parts.append(f"{_callee(detail.callee)} {{took}} it over {where}")
            else:
                parts.append(f"by {_callee(detail.callee)} {where}")
        unique = list(dict.fromkeys(parts))
        text = " or ".join(unique[:MAXIMAL_CAUSES])
        if len(unique) > MAXIMAL_CAUSES:
            text += f" or by {len(unique) - MAXIMAL_CAUSES} more calls"
        return text

    def _same_call(self, problem: Problem) -> str:
        other = problem.events[0].place if problem.events else problem.place
        consumes = "may consume" if problem.may else "consumes"
        return (
            f'"{problem.place}" is passed to "{problem.callee}" together with "{other}", '
            f"which the call {consumes}: both are one {self._class(problem)}; "
            f"pass {self._clone(problem.place, problem)} if both are wanted"
        )

    def _dropped(self, problem: Problem) -> str:
        place = problem.place or "state"
        told = (
            f'the new {self._class(problem)} returned by "{problem.callee}" is thrown away, and '
            f'"{place}" is consumed; '
        )
        if self._frozen_holder(problem.node, place, problem) is not None:
            return f"{told}write {self._statement(problem.node, 'new_state')}, and use that instead"
        if not _is_assignable(place):
            return f"{told}bind it to a name, and use that"
        return f"{told}write {self._statement(problem.node, place)}"

    def _borrowed(self, problem: Problem) -> str:
        return (
            f'"{problem.place}" is declared Borrowed, but "{problem.callee}" consumes it; '
            f'declare it "Consumed[{self._class(problem)}]", or consume '
            f"{self._clone(problem.place, problem)}"
        )

    def _nested(self, problem: Problem) -> str:
        return f'"{problem.place}": Borrowed and Consumed exclude each other; keep one of them'

    def _misplaced(self, problem: Problem) -> str:
        return (
            f'"{problem.place}": Borrowed and Consumed say what a call does to a parameter; they '
            "mean nothing here and inside other types: write the plain type"
        )

    def _nothing_affine(self, problem: Problem) -> str:
        return (
            f'"{problem.place}" holds no affine object (a State, or an object of a class '
            "declared with @affine), so there is nothing to borrow or consume; write the plain type"
        )

    def _bare(self, problem: Problem) -> str:
        return f'"{problem.place}" needs a type: write "{problem.place}[State]"'

    # --- advice ----------------------------------------------------------------------------------

    def _advice(self, problem: Problem) -> str:
        if not problem.events:
            return "rebind it"
        event = problem.events[0]
        detail = self._module.events[event]
        line = getattr(detail.node, "lineno", 0)
        if self._is_of_partial(problem):
            return f"pass the {self._class(problem)} to each call instead of binding it"
        # What was passed may be a display, `(state, 0)`: then it is about the part that is used.
        place = event.place if event.place.isidentifier() else problem.place
        copy = self._clone(place, problem)
        clone = f"pass {copy} on line {line}"
        if not self._gives_back(detail):
            return f"{clone} if it is still wanted"
        newest = self._newest(problem)
        if newest is not None and problem.misuse is Misuse.CONSUMED_AGAIN:
            newer = f'use "{newest}", the newer {self._class(problem)}'
            return f"{newer}, or {clone} if the old one is wanted twice"
        holder = self._frozen_holder(detail.node, place, problem)
        if holder is not None:
            if newest is not None:
                return f'use "{newest}", the newer {self._class(problem)}, here'
            return f'rebuild "{holder}" with the newer {self._class(problem)} there'
        if _are_aliases(place, problem.place) and problem.rule == "state-reuse":
            wanted = f"{clone} if the old one is still wanted"
            if newest is None:
                return wanted
            return f'use "{newest}", the newer {self._class(problem)}, here, or {wanted}'
        rebind = self._rebinding(detail.node, place, problem)
        if newest is not None:
            return f'{rebind}, or use "{newest}", the newer {self._class(problem)}, here'
        if any(problem.loop_lines) and not self._is_in_comprehension(detail.node):
            return f"{rebind}, or pass {copy} there if each turn is to begin with it"
        return rebind

    def _frozen_holder(self, node: ast.AST, place: str, problem: Problem) -> str | None:
        """The object that a place is a part of, if nothing can be assigned to its parts."""
        if self._whole(node, place, problem.newest) is not None:
            return None  # that is bound anew itself
        module = self._module
        return frozen_holder(place, node, problem.body, module.oracle.shape, module.classes.info)

    def _newest(self, problem: Problem) -> str | None:
        """A name that surely holds the newer value at the use, and is meant to be used."""
        unsure = problem.may or any(line is not None for line in problem.loop_lines)
        newest = problem.newest
        if newest is None or unsure or newest == problem.place or newest.startswith("_"):
            return None
        return newest

    def _gives_back(self, detail: EventDetail) -> bool:
        """Whether the call returns something newer, by its type; if in doubt, it does."""
        if not isinstance(detail.node, ast.Call):
            return False
        shape = self._module.oracle.shape(detail.node)
        return _is_open(shape) or bool(self._module.classes.affine_classes_in(shape))

    def _rebinding(self, node: ast.AST, place: str, problem: Problem) -> str:
        """What to do at a call that takes a place over, so that the place holds what it returns."""
        if self._is_in_comprehension(node):
            copy = self._clone(place, problem)
            return f"pass {copy} there if each element is to begin with it"
        targets = None
        if _is_assignable(place) and not self._is_bound_in_a_tuple(node, place):
            newest = problem.newest
            targets = self._targets(node, place, newest) or self._whole(node, place, newest)
            targets = targets or self._targets_by_shape(node, place)
        if targets is None:
            return f"keep the newer {self._class(problem)} in its place there"
        return f"write {self._statement(node, targets)} there"

    def _statement(self, node: ast.AST, targets: str) -> str:
        """The statement that binds what a call returns."""
        callee = node.func if isinstance(node, ast.Call) else node
        awaits = "await " if isinstance(self._parents.get(node), ast.Await) else ""
        return f'"{targets} = {awaits}{self._module.text(callee)}(...)"'

    def _targets_by_shape(self, node: ast.AST, place: str) -> str | None:
        """The targets that take what a call returns, by its type; None if that can't be told."""
        if not isinstance(node, ast.Call):
            return place
        shape = self._module.oracle.shape(node)
        number = self._affine_item(shape)
        if number is not None and isinstance(shape, TupleShape):
            return ", ".join(place if n == number else "_" for n in range(len(shape.items)))
        is_alone = isinstance(self._parents.get(node), ast.Expr | ast.Assign)
        if isinstance(shape, AffineShape) or (is_alone and isinstance(shape, UnknownShape)):
            return place
        return None

    def _affine_item(self, shape: Shape) -> int | None:
        """Which item of a tuple is affine, if one is."""
        if not isinstance(shape, TupleShape):
            return None
        found = [n for n, item in enumerate(shape.items) if isinstance(item, AffineShape)]
        return found[0] if len(found) == 1 else None

    def _targets(self, node: ast.AST, place: str, newest: str | None) -> str | None:
        """The targets of the statement around a call, that of the newer object replaced."""
        statement = self._assignment_of(node)
        if statement is None or len(statement.targets) != 1:
            return None
        target = statement.targets[0]
        if not isinstance(target, ast.Tuple) or len(target.elts) < 2:
            return None
        names = [_replaced(element, newest, place) for element in target.elts]
        dropped = [number for number, name in enumerate(names) if name.startswith("_")]
        if newest is not None and any(
            isinstance(part, ast.Name) and part.id == newest for part in ast.walk(target)
        ):
            return ", ".join(names)
        if any(isinstance(element, ast.Tuple) for element in target.elts):
            return None  # which part is the newer object can't be told from here
        if _is_inside_display(node, place):
            return None  # what it gives back has the same structure, somewhere
        shape = self._module.oracle.shape(node) if isinstance(node, ast.expr) else UNKNOWN
        number = self._affine_item(shape)
        if number is not None and number < len(names):
            names[number] = place
        elif len(dropped) == 1 and dropped[0] > 0:
            names[dropped[0]] = place
        else:
            names[-1] = place
        return ", ".join(names)

    def _whole(self, node: ast.AST, place: str, newest: str | None) -> str | None:
        """The argument that a place is a part of, if the result is bound whole, too.

        After `new_pair = step(pair)` it is `pair` that is to be rebound, not `pair[1]`.
        """
        statement = self._assignment_of(node)
        if (
            not isinstance(node, ast.Call)
            or statement is None
            or isinstance(statement.targets[0], ast.Tuple)
            or isinstance(self._module.oracle.shape(node), AffineShape)
        ):
            return None
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            text = self._module.text(argument)
            part = place.removeprefix(text)
            if part != place and part[:1] in {".", "["} and (newest or part).endswith(part):
                return text
        return None

    def _is_bound_in_a_tuple(self, node: ast.AST, place: str) -> bool:
        """Whether the newer object is a part of what is bound whole, and the older one is not."""
        statement = self._assignment_of(node)
        return (
            statement is not None
            and isinstance(statement.targets[0], ast.Name)
            and isinstance(node, ast.Call)
            and isinstance(self._module.oracle.shape(node), TupleShape)
            and self._whole(node, place, None) is None
        )

    def _assignment_of(self, node: ast.AST) -> ast.Assign | None:
        """The statement that binds what a node gives, and nothing made of it."""
        parent = self._parents.get(node)
        if isinstance(parent, ast.Await):
            node, parent = parent, self._parents.get(parent)
        if isinstance(parent, ast.Assign) and parent.value is node:
            return parent
        return None

    def _is_in_comprehension(self, node: ast.AST) -> bool:
        """Whether a node is a part of a comprehension, where nothing can be bound."""
        inner: ast.AST | None = node
        while inner is not None and not isinstance(inner, ast.stmt | ast.Lambda):
            if isinstance(inner, COMPREHENSIONS):
                return True
            inner = self._parents.get(inner)
        return False

    @cached_property
    def _parents(self) -> Mapping[ast.AST, ast.AST]:
        return {
            child: parent
            for parent in ast.walk(self._module.index.tree)
            for child in ast.iter_child_nodes(parent)
        }

    def _clone(self, place: str, problem: Problem) -> str:
        """A copy of what is at a place: `clone` makes one of a State, but not of any class."""
        if canonical(problem.class_name) in AFFINE_CLASSES or not problem.class_name:
            return f'"clone({place})"'
        return f'a copy of "{place}"'

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
            notes.append(Note(self._consumed_here(event, problem), self.position(detail.node)))
            declaration = self._declared_here(detail)
            if declaration is not None:
                notes.append(declaration)
        return [*notes, *self._way(problem)] if notes else notes

    def _way(self, problem: Problem) -> Iterator[Note]:
        """Where the object came from, and the loops on the way from the call to the use."""
        starts = {self.position(self._module.events[event].node) for event in problem.events}
        if problem.born is not None:
            born = self.position(problem.born)
            if born != self.position(problem.node) and born not in starts:
                place = problem.events[0].place if problem.events else problem.place
                yield Note(f'"{place}" comes from here', born, None, NoteKind.BORN)
        for line in dict.fromkeys(line for line in problem.loop_lines if line is not None):
            text = self._lines[line - 1] if line <= len(self._lines) else ""
            header = Position(line, len(text) - len(text.lstrip()), line, len(text.rstrip()))
            yield Note("in the next turn of this loop", header, None, NoteKind.LOOP)

    def _consumed_here(self, event: Event, problem: Problem) -> str:
        verb = "consumed" if event.invalidates else "handed over"
        bound = self._module.events[event].is_bound
        what = (
            f'the {self._class(problem)} bound in "{event.place}"' if bound else f'"{event.place}"'
        )
        return f"{what} was {verb} here"

    def _declared_here(self, detail: EventDetail) -> Note | None:
        reason = _REASONS.get(detail.reason)
        if reason is None or detail.origin is None or not detail.origin[1]:
            return None
        path, line = detail.origin
        message = reason.format(callee=_callee(detail.callee))
        return Note(message, Position(line, 0, line, 0), path, NoteKind.DECLARED)


def _is_open(shape: Shape) -> bool:
    """Whether a part of a shape is not known."""
    if isinstance(shape, TupleShape | UnionShape):
        return any(map(_is_open, shape.items))
    if isinstance(shape, ContainerShape):
        return _is_open(shape.element)
    return isinstance(shape, UnknownShape)


def _replaced(target: ast.expr, name: str | None, place: str) -> str:
    """A target as it is written, with a place instead of one of its names."""
    if isinstance(target, ast.Tuple):
        inner = ", ".join(_replaced(element, name, place) for element in target.elts)
        return f"({inner})" if len(target.elts) > 1 else f"({inner},)"
    if isinstance(target, ast.Name) and target.id == name:
        return place
    return ast.unparse(target)


def _are_aliases(place: str, other: str) -> bool:
    """Whether two places as written are different names, and not one a part of the other."""
    return place.isidentifier() and other.isidentifier() and place != other


def _is_inside_display(node: ast.AST, place: str) -> bool:
    """Whether a call gets a place as a part of something that is built in its argument."""
    if not isinstance(node, ast.Call):
        return False
    arguments = [*node.args, *(each.value for each in node.keywords)]
    displays = [each for each in arguments if isinstance(each, _BUILT)]
    return any(ast.unparse(part) == place for whole in displays for part in ast.walk(whole)) and (
        not any(ast.unparse(argument) == place for argument in arguments)
    )


def _is_assignable(place: str) -> bool:
    """Whether a value can be assigned to a place as it is written: `self.states[0]`, no call."""
    try:
        node: ast.AST = ast.parse(place, mode="eval").body
    except SyntaxError:
        return False
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return isinstance(node, ast.Name)


def _callee(text: str) -> str:
    """A callee as it is named in a sentence."""
    return "a generator expression" if text.startswith("<genexp>") else f'"{text}"'


_BUILT: Final = (ast.Tuple, ast.List, ast.Dict, ast.Call)
_REASONS: Final[Mapping[str, str]] = {
    "annotation": "{callee} is declared to consume it here",
    "body": "{callee} takes it over here",
}
_MESSAGES: Final[Mapping[Misuse, Callable[[Wording, Problem], str]]] = {
    Misuse.USED: Wording._old,
    Misuse.CONSUMED_AGAIN: Wording._old,
    Misuse.CALLEE_READS: Wording._old,
    Misuse.SAME_CALL: Wording._same_call,
    Misuse.DROPPED: Wording._dropped,
    Misuse.BORROWED: Wording._borrowed,
    Misuse.NESTED_MODES: Wording._nested,
    Misuse.MISPLACED_MODE: Wording._misplaced,
    Misuse.NOTHING_AFFINE: Wording._nothing_affine,
    Misuse.BARE_MODE: Wording._bare,
}
