"""Small changes of a module's functions, one at a time, each of which a test should notice.

`mutations` lists all places of a module that can be changed, in a fixed order; `mutated` makes one
of the changes.  Only the bodies of functions are changed, no annotations or docstrings.

Example.  `if a and not b: f(x, y)` has the mutations: condition negated, `and` to `or`, `not` left
out, arguments swapped, statement left out.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

_COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_OPERATORS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Mutation:
    """One change of a module.

    Attributes:
        function: the line of the outermost function that it is in, its decorators included.
        line: where it is.
        what: what is changed, in words.
    """

    function: int
    line: int
    what: str


_Change = tuple[Mutation, Callable[[], None]]


def mutations(tree: ast.Module) -> list[Mutation]:
    """All changes that can be made to a module, in a fixed order."""
    return [mutation for mutation, _ in _changes(tree)]


def mutated(source: str, number: int) -> ast.Module:
    """The tree of a module with one change.

    Args:
        source: its text.
        number: that of the change in `mutations`.
    """
    tree = ast.parse(source)
    _changes(tree)[number][1]()
    return ast.fix_missing_locations(tree)


def _changes(tree: ast.Module) -> list[_Change]:
    return [
        change
        for function in _outermost_functions(tree)
        for statement in function.body
        for change in _in(statement, _first_line(function))
    ]


def _outermost_functions(node: ast.Module | ast.ClassDef) -> Iterator[_Function]:
    for inner in node.body:
        if isinstance(inner, _Function):
            yield inner
        elif isinstance(inner, ast.ClassDef):
            yield from _outermost_functions(inner)


def _first_line(function: _Function) -> int:
    return min([function.lineno, *(d.lineno for d in function.decorator_list)])


def _in(root: ast.stmt, function: int) -> Iterator[_Change]:
    """The changes of a statement and of all that is in it."""
    for node in _without_annotations(root):
        for what, change in _of(node):
            yield Mutation(function, getattr(node, "lineno", 0), what), change


def _without_annotations(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "type_params", "decorator_list"}:
            continue
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, ast.AST):
                yield from _without_annotations(inner)


def _of(node: ast.AST) -> Iterator[tuple[str, Callable[[], None]]]:
    """The changes of one node."""
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        yield f"`{_text(node.test)}` negated", lambda: _negate(node)
    elif isinstance(node, ast.comprehension):
        if node.ifs:
            first = node.ifs[0]
            yield f"filter `{_text(first)}` negated", lambda: _negate_filter(node)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"`{_text(node)}`: and/or", lambda: setattr(node, "op", other())
    elif isinstance(node, ast.Compare):
        kind = _COMPARISONS[type(node.ops[0])]
        yield f"`{_text(node)}`: {kind.__name__}", lambda: node.ops.__setitem__(0, kind())
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        operator = _OPERATORS[type(node.op)]
        yield f"`{_text(node)}`: {operator.__name__}", lambda: setattr(node, "op", operator())
    elif isinstance(node, ast.Return) and not _is_none(node.value):
        yield f"`{_text(node)}`: returns None", lambda: setattr(node, "value", None)
    elif isinstance(node, ast.Constant) and type(node.value) in {bool, int}:
        value = not node.value if isinstance(node.value, bool) else int(str(node.value)) + 1
        yield f"{node.value!r} to {value!r}", lambda: setattr(node, "value", value)
    elif isinstance(node, ast.Call) and len(node.args) > 1:
        starred = any(isinstance(argument, ast.Starred) for argument in node.args[:2])
        if not starred:
            yield f"`{_text(node)}`: arguments swapped", lambda: _swap(node)
    for field in ("body", "orelse", "finalbody"):
        statements = getattr(node, field, None)
        if isinstance(statements, list):
            for position, statement in enumerate(statements):
                yield from _of_statement(statements, position, statement)


def _of_statement(
    statements: list[ast.stmt], position: int, statement: ast.stmt
) -> Iterator[tuple[str, Callable[[], None]]]:
    """The changes that replace a whole statement."""
    new: ast.stmt = ast.copy_location(ast.Pass(), statement)
    if isinstance(statement, ast.Continue):
        new = ast.copy_location(ast.Break(), statement)
    elif not _can_be_left_out(statement):
        return
    yield (
        f"`{_text(statement)}` left out",
        lambda: statements.__setitem__(position, new),
    )


def _can_be_left_out(statement: ast.stmt) -> bool:
    """Whether nothing is bound in a statement, and it is no docstring."""
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Assign):
        return all(isinstance(t, ast.Attribute | ast.Subscript) for t in statement.targets)
    return isinstance(statement, ast.AugAssign | ast.Delete | ast.Break)


def _negate(node: ast.If | ast.While | ast.IfExp) -> None:
    node.test = _not(node.test)


def _negate_filter(node: ast.comprehension) -> None:
    node.ifs[0] = _not(node.ifs[0])


def _not(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return ast.copy_location(ast.UnaryOp(ast.Not(), test), test)


def _swap(call: ast.Call) -> None:
    call.args[0], call.args[1] = call.args[1], call.args[0]


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _text(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
