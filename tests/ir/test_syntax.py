"""Nothing in Python's syntax may pass the lowering unnoticed."""

import ast
import warnings

import pytest

from mypy_eqxstate.ir import patterns
from mypy_eqxstate.ir.lowering import EXPRESSIONS, STATEMENTS
from mypy_eqxstate.ir.model import Branch
from mypy_eqxstate.ir.module import ModuleIndex
from mypy_eqxstate.ir.printer import format_operation, format_terminator
from mypy_eqxstate.ir.syntax import TREATMENTS, Treatment

ABSTRACT = {
    "AST",
    "boolop",
    "cmpop",
    "excepthandler",
    "expr",
    "expr_context",
    "mod",
    "operator",
    "pattern",
    "slice",
    "stmt",
    "type_ignore",
    "type_param",
    "unaryop",
}


def classes_of_this_python() -> set[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # looking at the obsolete ones warns
        found = [getattr(ast, name) for name in dir(ast)]
    nodes = {each for each in found if isinstance(each, type) and issubclass(each, ast.AST)}
    return {each.__name__ for each in nodes} - ABSTRACT


def test_every_class_of_this_python_is_listed() -> None:
    assert classes_of_this_python() - TREATMENTS.keys() == set()


def test_what_is_listed_as_lowered_has_a_rule() -> None:
    lowered = {name for name, treatment in TREATMENTS.items() if treatment is Treatment.LOWERED}
    with_rule = EXPRESSIONS.keys() | STATEMENTS.keys() | patterns.HANDLED | {"Module"}
    assert lowered == with_rule


@pytest.mark.parametrize("kind", [ast.stmt, ast.expr, ast.pattern])
def test_statements_expressions_and_patterns_are_never_merely_parts(kind: type[ast.AST]) -> None:
    obsolete = {n for n, each in TREATMENTS.items() if each is Treatment.NEVER_PARSED}
    for each in kind.__subclasses__():
        if each.__name__ not in obsolete:
            assert TREATMENTS[each.__name__] is Treatment.LOWERED


def test_unknown_syntax_uses_all_that_is_inside_it() -> None:
    class Mystery(ast.expr):
        _fields = ("left", "inside", "part", "ctx")

    tree = ast.parse("x = f(y)")
    statement = tree.body[0]
    assert isinstance(statement, ast.Assign)
    mystery = Mystery()
    mystery.left = statement.value  # type: ignore[attr-defined]
    mystery.inside = [ast.Name("z", ast.Load())]  # type: ignore[attr-defined]
    mystery.part = ast.keyword("k", ast.Name("w", ast.Load()))  # type: ignore[attr-defined]
    mystery.ctx = ast.Load()  # type: ignore[attr-defined]
    statement.value = mystery
    body = ModuleIndex(tree, "m").lower(
        tree, reachable=lambda node: True, never_returns=lambda call: False
    )
    assert body.approximated == {"Mystery", "keyword"}
    kinds = [type(operation).__name__ for operation in body.blocks[0].operations]
    assert kinds == [
        "ReadVariable",
        "ReadVariable",
        "Call",
        "ReadVariable",
        "ReadVariable",
        "Compute",
        "Compute",
        "WriteVariable",
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = z", ["t1 = read z", "t2 = read y", "t3 = unknown(t2)", "unknown(t3, t1)"]),
        ("del x", ["t1 = read y", "t2 = unknown(t1)"]),
    ],
)
def test_unknown_targets_use_all_that_is_inside_them(source: str, expected: list[str]) -> None:
    class Mystery(ast.expr):
        _fields = ("inside",)

    tree = ast.parse(source)
    mystery = Mystery()
    mystery.inside = ast.Name("y", ast.Load())  # type: ignore[attr-defined]
    statement = tree.body[0]
    assert isinstance(statement, ast.Assign | ast.Delete)
    statement.targets = [mystery]
    body = ModuleIndex(tree, "m").lower(
        tree, reachable=lambda node: True, never_returns=lambda call: False
    )
    assert body.approximated == {"Mystery"}
    assert [format_operation(each) for each in body.blocks[0].operations] == expected


def test_unknown_patterns_may_match() -> None:
    class Mystery(ast.pattern):
        _fields = ("inside",)

    tree = ast.parse("match x:\n    case 1: f()")
    mystery = Mystery()
    mystery.inside = ast.Name("y", ast.Load())  # type: ignore[attr-defined]
    statement = tree.body[0]
    assert isinstance(statement, ast.Match)
    statement.cases[0].pattern = mystery
    body = ModuleIndex(tree, "m").lower(
        tree, reachable=lambda node: True, never_returns=lambda call: False
    )
    assert body.approximated == {"Mystery"}
    first = body.blocks[0]
    assert [format_operation(each) for each in first.operations] == [
        "t1 = read x",
        "t2 = read y",
        "t3 = unknown(t2)",
        "t4 = unknown(t1)",
    ]
    assert isinstance(first.terminator, Branch)
    assert (first.terminator.condition, first.terminator.node) == (None, mystery)


def test_unknown_statements_may_run_what_is_inside_them() -> None:
    class Perhaps(ast.stmt):
        _fields = ("body",)

    tree = ast.parse("f(x)")
    perhaps = Perhaps()
    perhaps.body = tree.body  # type: ignore[attr-defined]
    tree.body = [perhaps]
    body = ModuleIndex(tree, "m").lower(
        tree, reachable=lambda node: True, never_returns=lambda call: False
    )
    assert body.approximated == {"Perhaps"}
    ends = [format_terminator(block.terminator) for block in body.blocks]
    assert ends == ["branch ? -> 1, 2", "jump 2", "return nothing"]
