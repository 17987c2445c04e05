"""A source to be edited: its text, its tree, and where in the one the other is.

Positions are those of findings: lines from 1, columns in characters, while Python's tree counts
bytes of UTF-8.  A node is found again by its range.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from typing import TypeAlias

from mypy_eqxstate.fixes.edits import Edit
from mypy_eqxstate.report.finding import Position
from mypy_eqxstate.syntax import parsed

Scope: TypeAlias = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_INNER = (
    ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.ClassDef
    | ast.Lambda
    | ast.ListComp
    | ast.SetComp
    | ast.DictComp
    | ast.GeneratorExp
)
_LINE_END = re.compile(r"\r\n|\n|\r")


class Source:
    """A text and its tree.

    Args:
        text: Python.
        tree: what it was parsed to.
    """

    def __init__(self, text: str, tree: ast.Module) -> None:
        self.text = text
        self.tree = tree
        self.lines = _LINE_END.split(text)
        self.newline = "\r\n" if "\r\n" in text else "\n"

    @classmethod
    def parse(cls, text: str) -> Source:
        """Parse a text.

        Raises:
            SyntaxError: it is no Python.
            ValueError: it has null characters.
        """
        return cls(text, parsed(text))

    # --- positions

    def position(self, node: ast.AST) -> Position:
        """The range of a statement or expression."""
        line, end = getattr(node, "lineno", 1), getattr(node, "end_lineno", 1)
        return Position(
            line,
            self._column(line, getattr(node, "col_offset", 0)),
            end,
            self._column(end, getattr(node, "end_col_offset", 0)),
        )

    def _column(self, line: int, offset: int) -> int:
        return len(self.lines[line - 1].encode()[:offset].decode(errors="replace"))

    def written(self, position: Position) -> str:
        """The text of a range."""
        if position.line == position.end_line:
            return self.lines[position.line - 1][position.column : position.end_column]
        first = self.lines[position.line - 1][position.column :]
        last = self.lines[position.end_line - 1][: position.end_column]
        return "\n".join([first, *self.lines[position.line : position.end_line - 1], last])

    def replaced(self, node: ast.AST, text: str) -> Edit:
        """The edit that writes something else for a node."""
        return Edit(self.position(node), text)

    def before(self, node: ast.AST, text: str) -> Edit:
        """The edit that writes something in front of a node."""
        p = self.position(node)
        return Edit(Position(p.line, p.column, p.line, p.column), text)

    # --- the tree

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node around each node."""
        return {
            child: parent
            for parent in ast.walk(self.tree)
            for child in ast.iter_child_nodes(parent)
        }

    @cached_property
    def _by_range(self) -> dict[Position, list[ast.AST]]:
        found: dict[Position, list[ast.AST]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.expr | ast.stmt | ast.arg | ast.keyword):
                found.setdefault(self.position(node), []).append(node)
        return found

    def at(self, position: Position) -> list[ast.AST]:
        """The nodes of a range, outermost first."""
        return self._by_range.get(position, [])

    def call_at(self, position: Position) -> ast.Call | None:
        """The call of a range."""
        return next((node for node in self.at(position) if isinstance(node, ast.Call)), None)

    def statement_of(self, node: ast.AST) -> ast.stmt | None:
        """The innermost statement around a node."""
        current: ast.AST | None = node
        while current is not None and not isinstance(current, ast.stmt):
            current = self.parents.get(current)
        return current

    def scope_of(self, node: ast.AST) -> ast.AST:
        """The function, class, comprehension or module whose names a node sees first."""
        current = self.parents.get(node)
        while current is not None and not isinstance(current, ast.Module | _INNER):
            current = self.parents.get(current)
        return current or self.tree

    def block_of(self, statement: ast.stmt) -> list[ast.stmt]:
        """The statements that one is among."""
        parent = self.parents[statement]
        for field in ("body", "orelse", "finalbody"):
            block = getattr(parent, field, None)
            if isinstance(block, list) and statement in block:
                return block
        return [statement]

    def loops_around(self, node: ast.AST) -> list[ast.stmt]:
        """The loops of the same scope around a node, innermost first."""
        scope = self.scope_of(node)
        loops: list[ast.stmt] = []
        current = self.parents.get(node)
        while current is not None and current is not scope:
            if isinstance(current, ast.For | ast.AsyncFor | ast.While):
                loops.append(current)
            current = self.parents.get(current)
        return loops

    def names(self, name: str, within: ast.AST) -> Iterator[ast.Name]:
        """All occurrences of a name, also in inner scopes."""
        return (n for n in ast.walk(within) if isinstance(n, ast.Name) and n.id == name)

    def is_parameter(self, name: str, scope: ast.AST) -> bool:
        """Whether a scope is a function with a parameter of a name."""
        if not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return False
        arguments = scope.args
        parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        parameters += [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
        return any(parameter.arg == name for parameter in parameters)

    def binds(self, name: str, scope: ast.AST) -> bool:
        """Whether a scope itself binds a name, as a parameter too."""
        if self.is_parameter(name, scope) or self.is_outer(name, scope):
            return True
        return any(
            isinstance(found.ctx, ast.Store) and self.scope_of(found) is scope
            for found in self.names(name, scope)
        )

    def is_outer(self, name: str, scope: ast.AST) -> bool:
        """Whether a scope says of a name that it is `global` or `nonlocal`."""
        return any(
            name in node.names
            for node in ast.walk(scope)
            if isinstance(node, ast.Global | ast.Nonlocal) and self.scope_of(node) is scope
        )

    def is_bound_anywhere(self, name: str) -> bool:
        """Whether anything in the module has a name: a variable, function, class or parameter."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
                return True
            if isinstance(node, ast.arg) and node.arg == name:
                return True
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                if node.name == name:
                    return True
            elif isinstance(node, ast.alias) and (node.asname or node.name) == name:
                return True
        return False

    def parameter_around(self, node: ast.AST, name: str) -> ast.arg | None:
        """The parameter that a name is, seen from a node."""
        scope = self.scope_of(node)
        while not isinstance(scope, ast.Module):
            if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
                arguments = scope.args
                for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                    if each.arg == name:
                        return each
            scope = self.scope_of(scope)
        return None
