"""Assignments, definitions, imports, `if`, `return`, and the statements that do nothing.

Worked example, the decorators of a function: evaluated first, top to bottom; then the defaults;
then they are applied bottom to top, each a `Call` whose node is the decorator's expression.

    @a                   t1 = read a; t2 = read b
    @b                   t3 = function f; t4 = call t2(t3); t5 = call t1(t4)
    def f(): ...         f = t5
"""

from __future__ import annotations

import ast
from typing import Any

from mypy_eqxstate.ir.builder import Builder
from mypy_eqxstate.ir.conditions import lower_condition
from mypy_eqxstate.ir.destinations import of_targets
from mypy_eqxstate.ir.expressions import (
    compute,
    make_function,
    read_attribute,
    read_item,
    read_name,
)
from mypy_eqxstate.ir.model import (
    KEPT,
    STATEMENT,
    Argument,
    Call,
    Import,
    MakeClass,
    Temporary,
    UseKind,
    WriteAttribute,
    WriteItem,
)
from mypy_eqxstate.ir.targets import assign, delete, index_key


def lower_expression_statement(builder: Builder, node: ast.Expr) -> None:
    """An expression whose value is thrown away; docstrings and `...` do nothing."""
    if not isinstance(node.value, ast.Constant):
        builder.expression(node.value, STATEMENT)


def lower_assign(builder: Builder, node: ast.Assign) -> None:
    """`a = b = value`: the value, then the targets left to right."""
    value = builder.expression(node.value, of_targets(builder, node.targets, node.value))
    for target in node.targets:
        assign(builder, target, value)


def lower_annotated(builder: Builder, node: ast.AnnAssign) -> None:
    """`name: annotation = value`; without a value nothing happens that matters."""
    if node.value is not None:
        destination = of_targets(builder, [node.target], node.value)
        assign(builder, node.target, builder.expression(node.value, destination))


def lower_augmented(builder: Builder, node: ast.AugAssign) -> None:
    """`target += value`: the target is read before the value is evaluated."""
    target = node.target
    if isinstance(target, ast.Name):
        old = read_name(builder, target.id, target)
        result = _operate(builder, old, node)
        builder.write_name(target.id, result, target)
    elif isinstance(target, ast.Attribute):
        base = builder.expression(target.value)
        old = read_attribute(builder, base, target.attr, target)
        result = _operate(builder, old, node)
        builder.emit(WriteAttribute(base, target.attr, result, target))
    else:
        base = builder.expression(target.value)
        index = builder.expression(target.slice)
        old = read_item(builder, base, index, target)
        result = _operate(builder, old, node)
        builder.emit(WriteItem(base, index, index_key(target.slice), result, target))


def _operate(builder: Builder, old: Temporary, node: ast.AugAssign) -> Temporary:
    value = builder.expression(node.value)
    return compute(builder, (old, value), UseKind.OPERATOR, node)


def lower_delete(builder: Builder, node: ast.Delete) -> None:
    """`del a, b[0]`."""
    for target in node.targets:
        delete(builder, target)


def lower_return(builder: Builder, node: ast.Return) -> None:
    """`return value`."""
    value = None if node.value is None else builder.expression(node.value)
    builder.leave_by_return(value, node)


def lower_break(builder: Builder, node: ast.Break) -> None:
    """`break`."""
    builder.leave_loop(again=False)


def lower_continue(builder: Builder, node: ast.Continue) -> None:
    """`continue`."""
    builder.leave_loop(again=True)


def lower_nothing(builder: Builder, node: ast.stmt) -> None:
    """`pass`, `global`, `nonlocal`: nothing happens when they run."""


def lower_if(builder: Builder, node: ast.If) -> None:
    """`if ... elif ... else`; a loop over the `elif`s, which can be hundreds."""
    after = builder.new_block()
    while True:
        then, otherwise = builder.new_block(), builder.new_block()
        lower_condition(builder, node.test, then, otherwise)
        builder.start(then)
        builder.statements(node.body)
        builder.jump(after)
        builder.start(otherwise)
        rest = node.orelse
        if len(rest) != 1 or not isinstance(rest[0], ast.If):
            break
        node = rest[0]
        if not builder.questions.reachable(node):
            builder.leave()
            rest = []
            break
    builder.statements(rest)
    builder.jump(after)
    builder.start(after)


# --- Definitions -------------------------------------------------------------------------------


def _decorate(
    builder: Builder, value: Temporary, decorators: list[tuple[ast.expr, Temporary]]
) -> Temporary:
    for node, decorator in reversed(decorators):
        target = builder.temporary()
        builder.emit(Call(target, decorator, (Argument(value),), KEPT, node))
        value = target
    return value


def lower_function(builder: Builder, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """`def`: decorators, defaults, the function, the decorators' calls, the name."""
    decorators = [(each, builder.expression(each)) for each in node.decorator_list]
    value = _decorate(builder, make_function(builder, node), decorators)
    builder.write_name(node.name, value, node)


def lower_class(builder: Builder, node: ast.ClassDef) -> None:
    """`class`: decorators, bases, keywords, the body inline, the class, the decorators' calls."""
    decorators = [(each, builder.expression(each)) for each in node.decorator_list]
    bases = [
        builder.expression(base.value if isinstance(base, ast.Starred) else base)
        for base in node.bases
    ]
    for keyword in node.keywords:
        builder.expression(keyword.value)
    outer = builder.scope
    inside = builder.scope = builder.scopes.inner[node]
    builder.statements(node.body)
    builder.scope = outer
    target = builder.temporary()
    names = sorted(inside.bindings - inside.declared.keys())
    members = tuple([inside.variable(name) for name in names])
    name = builder.questions.names[node]
    builder.emit(MakeClass(target, node, name, tuple(bases), members))
    builder.write_name(node.name, _decorate(builder, target, decorators), node)


def lower_type_alias(builder: Builder, node: Any) -> None:
    """`type name = ...`: the value is evaluated when somebody asks for it, if ever."""
    builder.write_name(node.name.id, builder.unknown(node), node)


# --- Imports -----------------------------------------------------------------------------------


def _import(builder: Builder, full_name: str, node: ast.AST) -> Temporary:
    target = builder.temporary()
    builder.emit(Import(target, full_name, node))
    return target


def lower_import(builder: Builder, node: ast.Import) -> None:
    """`import a.b` binds `a`; `import a.b as c` binds `c` to the inner module."""
    for alias in node.names:
        if alias.asname is None:
            name = alias.name.partition(".")[0]
            builder.write_name(name, _import(builder, name, alias), alias)
        else:
            builder.write_name(alias.asname, _import(builder, alias.name, alias), alias)


def lower_import_from(builder: Builder, node: ast.ImportFrom) -> None:
    """`from module import name`; what a star brings in is not known."""
    module = builder.questions.absolute(node.module, node.level)
    for alias in node.names:
        if alias.name == "*":
            _import(builder, module, node)
            continue
        full_name = f"{module}.{alias.name}" if module else alias.name
        value = _import(builder, full_name, alias)
        builder.write_name(alias.asname or alias.name, value, alias)
