"""Rebinding: what a call returns gets the name of what it has taken over.

    y, new = layer(x, state)        y, state = layer(x, state)
    print(state, new)               print(state, state)

The new object has then no other name, so the name that it had is replaced where it was read, too.
That is right only if both names mean this object there.  So it is offered only if

- the call's result is what a statement assigns, by itself (or throws away): not nested in another
  expression, no walrus;
- the part of the result that is the newer object is known, and is assigned to a plain name or `_`
  (a nested tuple is left alone);
- every reading of that name is surely reached by this statement, and the name of the old object is
  not bound to something else between.  `_reached` says how much of that is understood;
- the old place can be assigned to: a name of the same scope, or an attribute or item of which that
  is known (`places.py`).

Where several calls may have taken the object over, all of them are changed.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from mypy_eqxstate.fixes.edits import Edit, Fix, FixKind
from mypy_eqxstate.fixes.places import declared_type, is_assignable, passed_as
from mypy_eqxstate.fixes.source import Source
from mypy_eqxstate.fixes.types import may_hold, takes_the_newer
from mypy_eqxstate.report.finding import Facts, Finding, Taking


def rebind(finding: Finding, facts: Facts, source: Source) -> Fix | None:
    """The fix that rebinds the place to what the calls return."""
    if facts.misuse in {"borrowed", "same_call"}:
        return None
    if not facts.takings or any(taking.place != facts.place for taking in facts.takings):
        return None
    edits: list[Edit] = []
    shown = ""
    for taking in facts.takings:
        found = _Rebinding(source, facts, taking).edits()
        if found is None:
            return None
        made, text = found
        shown = shown or text
        edits += [edit for edit in made if edit not in edits]
    lines = sorted({taking.position.line for taking in facts.takings})
    where = f"line {lines[0]}" if len(lines) == 1 else f"lines {', '.join(map(str, lines))}"
    return Fix(FixKind.REBIND, f"Write `{shown}` on {where}", tuple(edits))


class _Rebinding:
    def __init__(self, source: Source, facts: Facts, taking: Taking) -> None:
        self.source = source
        self.facts = facts
        self.taking = taking
        self.place = taking.place
        self.written = taking.place

    def edits(self) -> tuple[list[Edit], str] | None:
        call = self.source.call_at(self.taking.position)
        if call is None or not takes_the_newer(self.source, self.facts, call):
            return None
        passed = passed_as(self.source, call, self.place)
        if passed is not None:
            self.written = self.source.written(self.source.position(passed))
        value: ast.AST = call
        if isinstance(self.source.parents.get(call), ast.Await):
            value = self.source.parents[call]
        statement = self.source.parents.get(value)
        if not isinstance(statement, ast.stmt) or not self._can_take(statement):
            return None
        if isinstance(statement, ast.Expr):
            return self._of_expression(statement, call)
        if isinstance(statement, ast.AnnAssign) and statement.value is value:
            return self._of_name(statement, statement.target, call, statement.annotation)
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            return None
        target = statement.targets[0]
        if isinstance(target, ast.Tuple | ast.List):
            return self._of_tuple(statement, target, call)
        return self._of_name(statement, target, call, None)

    # --- the forms of statements

    def _of_expression(self, statement: ast.Expr, call: ast.Call) -> tuple[list[Edit], str] | None:
        result, width = self.taking.result, self.taking.width
        before, after = "", ""
        if result is not None and len(result) == 1 and 1 < width <= 5:
            before, after = "_, " * result[0], ", _" * (width - result[0] - 1)
        elif result != ():
            return None
        edit = self.source.before(statement, f"{before}{self.written}{after} = ")
        return [edit], self._shown(f"{before}{self.place}{after}", call)

    def _of_name(
        self,
        statement: ast.stmt,
        target: ast.expr,
        call: ast.Call,
        annotation: ast.expr | None,
    ) -> tuple[list[Edit], str] | None:
        if not isinstance(target, ast.Name):
            return None
        if self.taking.result != () and self.facts.newest != target.id:
            return None
        renamed = self._renamed(statement, target.id)
        if renamed is None:
            return None
        edit = self.source.replaced(target, self.written)
        if annotation is not None:
            end = self.source.position(annotation)
            whole = replace(edit.position, end_line=end.end_line, end_column=end.end_column)
            edit = Edit(whole, self.written)
        return [edit, *renamed], self._shown(self.place, call)

    def _of_tuple(
        self, statement: ast.Assign, target: ast.Tuple | ast.List, call: ast.Call
    ) -> tuple[list[Edit], str] | None:
        number = self._number_in(target)
        if number is None:
            return None
        element = target.elts[number]
        written = [self.source.written(self.source.position(each)) for each in target.elts]
        if not isinstance(element, ast.Name) or self.written in written:
            return None
        renamed = self._renamed(statement, element.id)
        if renamed is None:
            return None
        written[number] = self.place
        return (
            [self.source.replaced(element, self.written), *renamed],
            self._shown(", ".join(written), call),
        )

    def _number_in(self, target: ast.Tuple | ast.List) -> int | None:
        """Which element of a target gets the newer object."""
        elements = target.elts
        if any(isinstance(each, ast.Starred) for each in elements):
            return None
        result = self.taking.result
        if result is not None and len(result) == 1 and self.taking.width == len(elements):
            return result[0]
        named = [n for n, e in enumerate(elements) if isinstance(e, ast.Name)]
        names = {n: e.id for n, e in enumerate(elements) if isinstance(e, ast.Name)}
        if self.facts.newest is not None:
            same = [n for n in named if names[n] == self.facts.newest]
            return same[0] if len(same) == 1 else None
        if result is None and self.taking.width == 0:
            dropped = [n for n in named if names[n].startswith("_")]
            if len(elements) == 2 and dropped == [1]:
                return 1
        return None

    def _shown(self, targets: str, call: ast.Call) -> str:
        return f"{targets} = {ast.unparse(call.func)}(...)"

    # --- what else the statement's names are

    def _can_take(self, statement: ast.stmt) -> bool:
        """Whether the place can be assigned to, and may hold the newer object."""
        if not is_assignable(self.source, self.place, statement):
            return False
        annotation = declared_type(self.source, self.place, statement)
        return annotation is None or may_hold(self.source, self.facts, annotation)

    def _renamed(self, statement: ast.stmt, name: str) -> Sequence[Edit] | None:
        """The edits where the newer object was read by the name it had; None if in doubt."""
        if name == self.place:
            return None
        if self.facts.newest_is_sure and name != self.facts.newest and not name.startswith("_"):
            return None  # what the name stood for was taken over in its turn
        reached = _reached(self.source, statement, name, self.place)
        if reached is None or (reached and not self.place.isidentifier()):
            return None
        return [self.source.replaced(found, self.place) for found in reached]


def _reached(source: Source, statement: ast.stmt, name: str, place: str) -> list[ast.Name] | None:
    """The readings of a name that get what a statement binds it to; None if that is not sure.

    Two forms are understood: the name is bound again further on in the same block, in front of
    which all its readings are; and the name is bound nowhere else in its scope.
    """
    scope = source.scope_of(statement)
    found = list(source.names(name, scope))
    if any(source.scope_of(each) is not scope for each in found):
        return None
    if any(name in getattr(n, "names", ()) for n in ast.walk(scope) if isinstance(n, ast.Global)):
        return None
    own = [n for n in found if source.statement_of(n) is statement]
    if any(not isinstance(n.ctx, ast.Store) for n in own):
        return None
    others = [n for n in found if n not in own]
    if not any(isinstance(n.ctx, ast.Load) for n in others):
        return []
    block = source.block_of(statement)
    between: list[ast.Name] = []
    for following in block[block.index(statement) + 1 :]:
        here = [n for n in ast.walk(following) if n in others and isinstance(n, ast.Name)]
        stores = [n for n in here if not isinstance(n.ctx, ast.Load)]
        if not stores:
            between += here
            continue
        if not isinstance(following, ast.Assign) or any(n not in stores for n in here):
            break
        return between if _is_unbound(source, place, statement, between) else None
    if source.is_parameter(name, scope) or any(not isinstance(n.ctx, ast.Load) for n in others):
        return None
    if any((n.lineno, n.col_offset) < (statement.lineno, statement.col_offset) for n in others):
        return None
    return others if _is_unbound(source, place, statement, others) else None


def _is_unbound(
    source: Source, place: str, statement: ast.stmt, readings: Sequence[ast.Name]
) -> bool:
    """Whether a place is not bound to something else on the way to any of some readings."""
    if not readings:
        return True
    scope = source.scope_of(statement)
    last = max((n.lineno, n.col_offset) for n in readings)
    first = (statement.lineno, statement.col_offset)
    loops = source.loops_around(statement)
    for found in source.names(place, scope):
        if isinstance(found.ctx, ast.Load):
            continue
        at = (found.lineno, found.col_offset)
        in_loop = any(found in set(ast.walk(loop)) for loop in loops)
        if first <= at <= last or in_loop:
            return False
    return True
