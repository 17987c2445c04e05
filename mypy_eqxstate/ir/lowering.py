"""The table of rules, and the lowering of one body with it.

Rules are listed by the name of the node's class, because what a class is called is the same in all
versions of Python while its presence is not (`TryStar` came with 3.11, `TemplateStr` with 3.14).
`ir/syntax` lists every class of `ast` with its treatment, and a test holds both against each other.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TypeVar

from mypy_eqxstate.ir import (
    comprehensions,
    conditions,
    exceptions,
    expressions,
    loops,
    patterns,
    statements,
)
from mypy_eqxstate.ir.builder import (
    Builder,
    ExpressionRule,
    Language,
    Questions,
    StatementRule,
)
from mypy_eqxstate.ir.model import Body
from mypy_eqxstate.ir.scopes import BodyScopes
from mypy_eqxstate.ir.tidy import tidy

EXPRESSIONS: Mapping[str, ExpressionRule] = {
    "Attribute": expressions.lower_attribute,
    "Await": expressions.lower_await,
    "BinOp": expressions.lower_binary,
    "BoolOp": conditions.lower_bool_operation,
    "Call": expressions.lower_call,
    "Compare": conditions.lower_compare,
    "Constant": expressions.lower_constant,
    "Dict": expressions.lower_dict,
    "DictComp": comprehensions.lower_comprehension,
    "FormattedValue": expressions.lower_formatted,
    "GeneratorExp": comprehensions.lower_generator,
    "IfExp": conditions.lower_conditional,
    "Interpolation": expressions.lower_interpolation,
    "JoinedStr": expressions.lower_format,
    "Lambda": expressions.lower_lambda,
    "List": expressions.lower_display,
    "ListComp": comprehensions.lower_comprehension,
    "Name": expressions.lower_name,
    "NamedExpr": expressions.lower_walrus,
    "Set": expressions.lower_display,
    "SetComp": comprehensions.lower_comprehension,
    "Slice": expressions.lower_slice,
    "Starred": expressions.lower_starred,
    "Subscript": expressions.lower_subscript,
    "TemplateStr": expressions.lower_template,
    "Tuple": expressions.lower_display,
    "UnaryOp": expressions.lower_unary,
    "Yield": expressions.lower_yield,
    "YieldFrom": expressions.lower_yield,
}

STATEMENTS: Mapping[str, StatementRule] = {
    "AnnAssign": statements.lower_annotated,
    "Assert": exceptions.lower_assert,
    "Assign": statements.lower_assign,
    "AsyncFor": loops.lower_for,
    "AsyncFunctionDef": statements.lower_function,
    "AsyncWith": exceptions.lower_with,
    "AugAssign": statements.lower_augmented,
    "Break": statements.lower_break,
    "ClassDef": statements.lower_class,
    "Continue": statements.lower_continue,
    "Delete": statements.lower_delete,
    "Expr": statements.lower_expression_statement,
    "For": loops.lower_for,
    "FunctionDef": statements.lower_function,
    "Global": statements.lower_nothing,
    "If": statements.lower_if,
    "Import": statements.lower_import,
    "ImportFrom": statements.lower_import_from,
    "Match": patterns.lower_match,
    "Nonlocal": statements.lower_nothing,
    "Pass": statements.lower_nothing,
    "Raise": exceptions.lower_raise,
    "Return": statements.lower_return,
    "Try": exceptions.lower_try,
    "TryStar": exceptions.lower_try,
    "TypeAlias": statements.lower_type_alias,
    "While": loops.lower_while,
    "With": exceptions.lower_with,
}

Rule = TypeVar("Rule")


def _present(rules: Mapping[str, Rule]) -> dict[type, Rule]:
    return {getattr(ast, name): rule for name, rule in rules.items() if hasattr(ast, name)}


LANGUAGE = Language(_present(EXPRESSIONS), _present(STATEMENTS))


def lower_body(scopes: BodyScopes, questions: Questions, language: Language = LANGUAGE) -> Body:
    """Lower one body."""
    builder = Builder(scopes, language, questions)
    node = scopes.node
    if isinstance(node, ast.Lambda):
        builder.leave_by_return(builder.expression(node.body), node.body)
    elif isinstance(node, ast.GeneratorExp):
        comprehensions.lower_generator_body(builder, node)
    else:
        builder.statements(node.body)
        builder.leave_by_return(None, node)
    blocks, kept_loops = tidy(builder.blocks, builder.order, builder.loops)
    return Body(
        name=scopes.name,
        node=node,
        parameters=scopes.parameters,
        blocks=blocks,
        loops=kept_loops,
        places=builder.places,
        parts=builder.parts,
        locals=frozenset(scopes.locals()),
        is_generator=scopes.is_generator,
        is_async=isinstance(node, ast.AsyncFunctionDef)
        or (isinstance(node, ast.GeneratorExp) and comprehensions.is_async(node)),
        approximated=frozenset(builder.approximated),
    )
