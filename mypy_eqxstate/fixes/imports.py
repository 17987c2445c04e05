"""How a module gets a name of `mypy_eqxstate` to use in a fix.

An import that is there is used; an import `from mypy_eqxstate import ...` is made longer; otherwise
one is added after the imports at the beginning.  Where the name means something else in the module,
there is no way.
"""

from __future__ import annotations

import ast

from mypy_eqxstate.fixes.edits import Edit
from mypy_eqxstate.fixes.source import Source
from mypy_eqxstate.report.finding import Position

_PACKAGE = "mypy_eqxstate"


def imported(source: Source, name: str) -> tuple[str, list[Edit]] | None:
    """How to write a name of the package, and the edits that this needs; None if there is no way.

    Args:
        source: the module.
        name: `clone`, for instance.
    """
    own: ast.ImportFrom | None = None
    for statement in source.tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module == _PACKAGE:
            for alias in statement.names:
                if alias.name == name:
                    return alias.asname or name, []
            own = own or statement
        elif isinstance(statement, ast.Import):
            for alias in statement.names:
                if alias.name == _PACKAGE:
                    return f"{alias.asname or _PACKAGE}.{name}", []
    if source.is_bound_anywhere(name):
        return None
    if own is not None and own.names[-1].name != "*":
        at = source.position(own.names[-1])
        end = Position(at.end_line, at.end_column, at.end_line, at.end_column)
        return name, [Edit(end, f", {name}")]
    return name, [_new_import(source, f"from {_PACKAGE} import {name}")]


def _new_import(source: Source, text: str) -> Edit:
    last: ast.stmt | None = None
    body = source.tree.body
    for number, statement in enumerate(body):
        is_docstring = (
            number == 0
            and isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Constant)
            and isinstance(statement.value.value, str)
        )
        if not is_docstring and not isinstance(statement, ast.Import | ast.ImportFrom):
            break
        last = statement
    if last is None:
        first = min((_first_line(statement) for statement in body), default=1)
        return Edit(Position(first, 0, first, 0), f"{text}{source.newline}")
    line = last.end_lineno or last.lineno
    # `import a; b = 1`: after all of the line.
    for statement in body[body.index(last) + 1 :]:
        if statement.lineno > line:
            break
        line = max(line, statement.end_lineno or line)
    if line >= len(source.lines):
        end = len(source.lines[-1])
        return Edit(Position(line, end, line, end), f"{source.newline}{text}")
    return Edit(Position(line + 1, 0, line + 1, 0), f"{text}{source.newline}")


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])
