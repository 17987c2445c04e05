"""Expressions that are evaluated whole, in the order in which Python evaluates them.

`s.set(index, f(s))`: the receiver, the attribute, the arguments as written, then the call.

What a subscript with a slice gives is a new container with elements of the old one, so it is
lowered as `[*xs]`.  A template string keeps its values (`template.interpolations[0].value`), so it
is a "list" of them and no use; an f-string formats them.

Limits.  A binary operator's result holds none of its operands (`[s] + [s2]` forgets them).
Keys of dictionaries are evaluated, but not kept.
"""

from __future__ import annotations

import ast
from typing import Any

from mypy_eqxstate.ir.builder import Builder
from mypy_eqxstate.ir.destinations import merge as merge_destinations
from mypy_eqxstate.ir.destinations import of_subscripted, of_target
from mypy_eqxstate.ir.model import (
    Argument,
    Attribute,
    Await,
    Build,
    BuildElement,
    Call,
    Compute,
    Constant,
    Destination,
    Item,
    MakeFunction,
    Place,
    ReadAttribute,
    ReadItem,
    ReadVariable,
    Temporary,
    UseKind,
    Yield,
)
from mypy_eqxstate.ir.targets import index_key


def lower_name(builder: Builder, node: ast.Name, destination: Destination) -> Temporary:
    """A name that is read (a target reaches this rule through unknown syntax only)."""
    if not isinstance(node.ctx, ast.Load):
        value = builder.unknown(node)
        builder.write_name(node.id, value, node)
        return value
    return read_name(builder, node.id, node)


def read_name(builder: Builder, name: str, node: ast.AST) -> Temporary:
    """Read a name of the present scope."""
    variable = builder.variable_read(name)
    target = builder.temporary()
    builder.emit(ReadVariable(target, variable, node))
    builder.places[target] = Place(variable)
    return target


def lower_constant(builder: Builder, node: ast.Constant, destination: Destination) -> Temporary:
    """A literal."""
    target = builder.temporary()
    builder.emit(Constant(target, node.value, node))
    return target


def lower_attribute(builder: Builder, node: ast.Attribute, destination: Destination) -> Temporary:
    """`base.name`."""
    return read_attribute(builder, builder.expression(node.value), node.attr, node)


def read_attribute(builder: Builder, base: Temporary, name: str, node: ast.AST) -> Temporary:
    """Read an attribute of a value."""
    target = builder.temporary()
    builder.emit(ReadAttribute(target, base, name, node))
    place = builder.places.get(base)
    if place is not None:
        builder.places[target] = place.child(Attribute(name))
    return target


def lower_subscript(builder: Builder, node: ast.Subscript, destination: Destination) -> Temporary:
    """`base[index]`."""
    base = builder.expression(node.value, of_subscripted(node.slice, destination))
    index = builder.expression(node.slice)
    return read_item(builder, base, index, node)


def read_item(
    builder: Builder, base: Temporary, index: Temporary, node: ast.Subscript
) -> Temporary:
    """Read an item, or a slice, of a value."""
    target = builder.temporary()
    if isinstance(node.slice, ast.Slice):
        builder.emit(Build(target, "list", (BuildElement(base, None, True),), node))
        builder.parts[target] = (base,)
        return target
    key = index_key(node.slice)
    builder.emit(ReadItem(target, base, index, key, node))
    place = builder.places.get(base)
    if place is not None:
        builder.places[target] = place.child(key)
    return target


def lower_slice(builder: Builder, node: ast.Slice, destination: Destination) -> Temporary:
    """`lower:upper:step`, an index."""
    bounds = [each for each in (node.lower, node.upper, node.step) if each is not None]
    operands = tuple([builder.expression(each) for each in bounds])
    return compute(builder, operands, UseKind.OPERATOR, node)


def compute(
    builder: Builder, operands: tuple[Temporary, ...], how: UseKind, node: ast.AST
) -> Temporary:
    """A value computed from others."""
    target = builder.temporary()
    builder.emit(Compute(target, operands, how, node))
    return target


def lower_call(builder: Builder, node: ast.Call, destination: Destination) -> Temporary:
    """A call; the path ends behind it if it never returns."""
    callee = builder.expression(node.func)
    arguments = []
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            arguments.append(Argument(builder.expression(argument.value), None, "*"))
        else:
            arguments.append(Argument(builder.expression(argument)))
    for keyword in node.keywords:
        splat = "" if keyword.arg is not None else "**"
        arguments.append(Argument(builder.expression(keyword.value), keyword.arg, splat))
    target = builder.temporary()
    if builder.live:
        builder.emit(Call(target, callee, tuple(arguments), destination, node))
        if builder.questions.never_returns(node):
            builder.leave()
    return target


def lower_binary(builder: Builder, node: ast.BinOp, destination: Destination) -> Temporary:
    """`left + right`; chains lean to the left and can be thousands long, hence the loop."""
    chain = [node]
    while isinstance(chain[-1].left, ast.BinOp):
        chain.append(chain[-1].left)
    result = builder.expression(chain[-1].left)
    for each in reversed(chain):
        right = builder.expression(each.right)
        result = compute(builder, (result, right), UseKind.OPERATOR, each)
    return result


def lower_unary(builder: Builder, node: ast.UnaryOp, destination: Destination) -> Temporary:
    """`-x`, `not x`."""
    operand = builder.expression(node.operand)
    how = UseKind.TEST if isinstance(node.op, ast.Not) else UseKind.OPERATOR
    return compute(builder, (operand,), how, node)


def lower_display(
    builder: Builder, node: ast.Tuple | ast.List | ast.Set, destination: Destination
) -> Temporary:
    """`(a, *b)`, `[a, *b]`, `{a, *b}`."""
    elements = []
    for position, element in enumerate(node.elts):
        if isinstance(element, ast.Starred):
            elements.append(BuildElement(builder.expression(element.value), None, True))
        else:
            part = builder.expression(element, destination.at(position))
            elements.append(BuildElement(part))
    return build(builder, type(node).__name__.lower(), elements, node)


def build(builder: Builder, kind: str, elements: list[BuildElement], node: ast.AST) -> Temporary:
    """A new container."""
    target = builder.temporary()
    builder.emit(Build(target, kind, tuple(elements), node))
    builder.parts[target] = tuple([element.source for element in elements])
    return target


def lower_dict(builder: Builder, node: ast.Dict, destination: Destination) -> Temporary:
    """`{key: value, **others}`: each key before its value."""
    elements = []
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            elements.append(BuildElement(builder.expression(value), None, True))
        else:
            builder.expression(key)
            known = index_key(key)
            item = known if isinstance(known, Item) else None
            elements.append(BuildElement(builder.expression(value), item))
    return build(builder, "dict", elements, node)


def lower_starred(builder: Builder, node: ast.Starred, destination: Destination) -> Temporary:
    """A star where no display or call handles it (`xs[*index]` is a tuple, so this is rare)."""
    value = builder.expression(node.value)
    return build(builder, "list", [BuildElement(value, None, True)], node)


def lower_format(builder: Builder, node: ast.JoinedStr, destination: Destination) -> Temporary:
    """An f-string: each value is formatted before the next one is evaluated."""
    texts = [
        builder.expression(value) for value in node.values if not isinstance(value, ast.Constant)
    ]
    return compute(builder, tuple(texts), UseKind.FORMAT, node)


def lower_formatted(
    builder: Builder, node: ast.FormattedValue, destination: Destination
) -> Temporary:
    """One `{value!r:spec}` of an f-string."""
    operands = [builder.expression(node.value)]
    if node.format_spec is not None:
        operands.append(builder.expression(node.format_spec))
    return compute(builder, tuple(operands), UseKind.FORMAT, node)


def lower_template(builder: Builder, node: Any, destination: Destination) -> Temporary:
    """A template string: a container of its values."""
    elements = [
        BuildElement(builder.expression(value))
        for value in node.values
        if not isinstance(value, ast.Constant)
    ]
    return build(builder, "list", elements, node)


def lower_interpolation(builder: Builder, node: Any, destination: Destination) -> Temporary:
    """One `{value}` of a template string: the value itself, not its text."""
    value = builder.expression(node.value)
    if node.format_spec is not None:
        builder.expression(node.format_spec)
    return value


def lower_walrus(builder: Builder, node: ast.NamedExpr, destination: Destination) -> Temporary:
    """`(name := value)`: what it gives is the name's value, read again."""
    here = merge_destinations(destination, of_target(builder, node.target))
    value = builder.expression(node.value, here)
    scope = builder.scope
    builder.scope = scope.binding_scope()
    builder.write_name(node.target.id, value, node.target)
    result = read_name(builder, node.target.id, node)
    builder.scope = scope
    return result


def lower_await(builder: Builder, node: ast.Await, destination: Destination) -> Temporary:
    """`await value`."""
    source = builder.expression(node.value, destination)
    target = builder.temporary()
    builder.emit(Await(target, source, destination, node))
    return target


def lower_yield(
    builder: Builder, node: ast.Yield | ast.YieldFrom, destination: Destination
) -> Temporary:
    """`yield value`, `yield from values`."""
    source = None if node.value is None else builder.expression(node.value)
    target = builder.temporary()
    builder.emit(Yield(target, source, isinstance(node, ast.YieldFrom), node))
    return target


def lower_lambda(builder: Builder, node: ast.Lambda, destination: Destination) -> Temporary:
    """`lambda ...`: only its defaults are evaluated here."""
    return make_function(builder, node)


def make_function(
    builder: Builder, node: ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef
) -> Temporary:
    """A function object: positional defaults first, then those of keyword-only parameters."""
    arguments = node.args
    defaults: list[tuple[str, Temporary]] = []
    positional = (*arguments.posonlyargs, *arguments.args)
    if arguments.defaults:
        with_default = positional[-len(arguments.defaults) :]
        for parameter, default in zip(with_default, arguments.defaults, strict=True):
            defaults.append((parameter.arg, builder.expression(default)))
    for parameter, optional in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if optional is not None:
            defaults.append((parameter.arg, builder.expression(optional)))
    target = builder.temporary()
    name = builder.questions.names[node]
    builder.emit(MakeFunction(target, node, name, tuple(defaults), node))
    return target
