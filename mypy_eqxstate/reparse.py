"""The syntax tree of an edited module, for which only the function that was edited is parsed.

Most edits change something within the lines of one function.  Parsing the whole text would then
be a good part of the time that an edit takes, for a tree that is the old one but for that function.

Worked example.  In line 3 of ::

    class Net(eqx.Module):
        def __call__(self, x, state):
            return x, state.set(self.index, 1)      # was 0 before

`__call__` is the outermost function around all that has changed.  Its lines are parsed where they
stand, behind empty lines and an `if` for the indentation.  The new tree is a copy of the module and
of `Net`, whose body has the new `__call__` in the old one's place; everything else is shared.

That is the tree of the new text, because the text before the function is the same, and the
function's own text is one whole definition that ends where it ended: so whatever comes behind it
is read as before.

Limits: an edit that changes the number of lines, reaches beyond one outermost function, or makes
anything else of it than one definition is none of these; then the answer is None.
"""

from __future__ import annotations

import ast
import copy

from mypy_eqxstate.graft import Definition, Place, Source, places, split_lines
from mypy_eqxstate.syntax import parsed

_WITH_STATEMENTS = (ast.stmt, ast.ExceptHandler, ast.match_case)


def reparsed(before: Source, text: str) -> ast.Module | None:
    """The tree of a new text of a module.

    Args:
        before: the module as it was; its tree stays as it is, and shares nodes with the new one.
        text: the new text.

    Returns:
        the tree; None if the whole text has to be parsed for it.
    """
    lines = split_lines(text)
    if len(lines) != len(before.lines):
        return None
    pairs = enumerate(zip(before.lines, lines, strict=True), start=1)
    changed = [number for number, (old, new) in pairs if old != new]
    if not changed:
        return before.tree
    for place in places(before.tree):
        if place.first <= changed[0] and changed[-1] <= place.last:
            found = _definition(lines, place)
            if found is None:
                return None
            replaced = _replaced(before.tree, place.node, found)
            return replaced if isinstance(replaced, ast.Module) else None
    return None


def _definition(lines: list[str], place: Place) -> Definition | None:
    """The definition that stands in the place of another one; None if there is anything else."""
    old, first = place.node, place.first
    is_indented = old.col_offset > 0
    head = "\n" * (first - 2) + "if 1:\n" if is_indented else "\n" * (first - 1)
    try:
        body = parsed(head + "\n".join(lines[first - 1 : place.last]) + "\n").body
    except (SyntaxError, ValueError, RecursionError):
        return None
    if is_indented:
        block = body[0]
        assert isinstance(block, ast.If)
        body = block.body if len(body) == 1 and not block.orelse else []
    new = body[0] if len(body) == 1 else None
    if not isinstance(new, Definition):
        return None
    stands_alike = (new.lineno, new.col_offset, new.end_lineno) == (
        old.lineno,
        old.col_offset,
        old.end_lineno,
    )
    return new if stands_alike else None


def _replaced(node: ast.AST, old: ast.AST, new: ast.AST) -> ast.AST | None:
    """A copy of a node with a definition in the place of one inside; None if that is not there."""
    for field, value in ast.iter_fields(node):
        for number, part in enumerate(value if isinstance(value, list) else ()):
            found = None
            if part is old:
                found = new
            elif isinstance(part, _WITH_STATEMENTS) and not isinstance(part, Definition):
                found = _replaced(part, old, new)
            if found is not None:
                copied = copy.copy(node)
                setattr(copied, field, [*value[:number], found, *value[number + 1 :]])
                return copied
    return None
