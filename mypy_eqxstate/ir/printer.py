"""Lowered bodies as text, for people and for tests.

    train(x, state)
    0:
      t1 = read state
      t2 = t1.set
      ...
      branch t5 ? 1 : 2            [x is None] : [not x is None]

`handler 3` behind a block's number says where exceptions go, `loop 0` which loop it is in.
Variables of other bodies carry their owner: `state of train`, `print of module`.
`to_dot` gives the same as a graph for Graphviz.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mypy_eqxstate.ir import model
from mypy_eqxstate.ir.model import (
    Argument,
    Block,
    Body,
    BuildElement,
    Destination,
    Fact,
    Item,
    Operation,
    Place,
    Terminator,
    Variable,
)
from mypy_eqxstate.ir.tidy import successors

Names = Callable[[Variable], str]


def format_body(body: Body) -> str:
    """The whole body, a line for each operation."""
    names = _names_in(body)
    parameters = ", ".join(names(variable) for variable in body.parameters)
    kinds = [word for word, holds in _kinds(body) if holds]
    lines = [" ".join([*kinds, f"{body.name or '<module>'}({parameters})"])]
    for block in body.blocks:
        lines.extend(_format_block(block, names))
    return "\n".join(lines) + "\n"


def _kinds(body: Body) -> list[tuple[str, bool]]:
    return [("async", body.is_async), ("generator", body.is_generator)]


def _names_in(body: Body) -> Names:
    def show(variable: Variable) -> str:
        if variable.owner == body.name:
            return variable.name
        return f"{variable.name} of {variable.owner or 'module'}"

    return show


def _format_block(block: Block, names: Names) -> list[str]:
    head = f"{block.index}:"
    if block.handler is not None:
        head += f" handler {block.handler}"
    if block.loop is not None:
        head += f" loop {block.loop}"
    lines = [head]
    lines.extend(f"  {format_operation(operation, names)}" for operation in block.operations)
    lines.append(f"  {format_terminator(block.terminator, names)}")
    return lines


def to_dot(body: Body) -> str:
    """The body as a graph in Graphviz' language; dashed edges are exceptions."""
    names = _names_in(body)
    lines = ["digraph {", "  node [shape=box, fontname=monospace];"]
    for block in body.blocks:
        text = "\\l".join(line.replace('"', "'") for line in _format_block(block, names))
        lines.append(f'  {block.index} [label="{text}\\l"];')
        lines.extend(f"  {block.index} -> {target};" for target in successors(block))
        if block.handler is not None:
            lines.append(f"  {block.index} -> {block.handler} [style=dashed];")
    return "\n".join([*lines, "}"]) + "\n"


def format_place(place: Place, names: Names) -> str:
    """A place as it would be written: `carry[0].state`."""
    return names(place.variable) + "".join(format_key(key) for key in place.path)


def format_key(key: model.Key) -> str:
    """A key as it would be written; `[*]` for any item."""
    if isinstance(key, model.Attribute):
        return f".{key.name}"
    return f"[{key.value!r}]" if isinstance(key, Item) else "[*]"


def format_destination(destination: Destination) -> str:
    """`kept`, `dropped`, `[0] kept, [1] dropped, else dropped`."""
    if destination.statement:
        return "thrown away"
    word = "kept" if destination.kept else "dropped"
    if not destination.items:
        return word
    items = [f"[{key!r}] {_nested(inside)}" for key, inside in destination.items]
    return ", ".join(items if destination.kept else [*items, f"else {word}"])


def _nested(destination: Destination) -> str:
    text = format_destination(destination)
    return f"({text})" if destination.items else text


def _temporary(number: int | None) -> str:
    return "nothing" if number is None else f"t{number}"


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(f"t{number}" for number in numbers)


def _argument(argument: Argument) -> str:
    name = f"{argument.name}=" if argument.name is not None else argument.splat
    return f"{name}t{argument.source}"


def _element(element: BuildElement) -> str:
    key = f"{element.key.value!r}: " if element.key is not None else ""
    return f"{key}{'*' if element.splat else ''}t{element.source}"


def _unpack(operation: model.Unpack) -> str:
    where = f"{operation.position} of {operation.count}"
    if operation.rest:
        where = f"{operation.position} to -{operation.after}" if operation.after else where
        where = f"rest from {where}"
    return f"unpack t{operation.source}[{where}]"


def _write(where: str, source: int | None) -> str:
    return f"del {where}" if source is None else f"{where} = t{source}"


# How each kind of operation is shown. With a target, "tN = " goes in front.
_FORMATS: dict[type, Callable[[Any, Names], str]] = {
    model.ReadVariable: lambda op, names: f"read {names(op.variable)}",
    model.WriteVariable: lambda op, names: f"{names(op.variable)} = t{op.source}",
    model.DeleteVariable: lambda op, names: f"del {names(op.variable)}",
    model.ReadAttribute: lambda op, names: f"t{op.base}.{op.name}",
    model.WriteAttribute: lambda op, names: _write(f"t{op.base}.{op.name}", op.source),
    model.ReadItem: lambda op, names: f"t{op.base}{format_key(op.key)}",
    model.WriteItem: lambda op, names: _write(f"t{op.base}{format_key(op.key)}", op.source),
    model.Unpack: lambda op, names: _unpack(op),
    model.Constant: lambda op, names: f"constant {op.value!r}",
    model.Build: lambda op, names: f"{op.kind}({', '.join(map(_element, op.elements))})",
    model.Append: lambda op, names: f"append t{op.container}, t{op.source}",
    model.Alias: lambda op, names: f"alias t{op.source}",
    model.Call: lambda op, names: (
        f"call t{op.callee}({', '.join(map(_argument, op.arguments))})"
        f"  -> {format_destination(op.destination)}"
    ),
    model.Compute: lambda op, names: f"{op.how.value}({_listed(op.operands)})",
    model.MakeFunction: lambda op, names: (
        f"function {op.name}({', '.join(f'{name}=t{value}' for name, value in op.defaults)})"
    ),
    model.MakeClass: lambda op, names: f"class {op.name}({_listed(op.bases)})",
    model.Import: lambda op, names: f"import {op.full_name}",
    model.Iterate: lambda op, names: f"iter t{op.source}",
    model.Next: lambda op, names: f"next t{op.iterator}",
    model.Enter: lambda op, names: f"enter t{op.context}",
    model.Exit: lambda op, names: f"exit t{op.context}",
    model.Await: lambda op, names: f"await t{op.source}",
    model.Yield: lambda op, names: f"yield {'from ' if op.delegate else ''}{_temporary(op.source)}",
}


def format_operation(operation: Operation, names: Names = lambda variable: variable.name) -> str:
    """One operation."""
    text = _FORMATS[type(operation)](operation, names)
    target = getattr(operation, "target", None)
    return text if target is None else f"t{target} = {text}"


def _facts(facts: tuple[Fact, ...], names: Names) -> str:
    texts = [("" if fact.holds else "not ") + fact.text for fact in facts]
    return "[" + ", ".join(texts) + "]"


def format_terminator(terminator: Terminator, names: Names = lambda variable: variable.name) -> str:
    """A block's last line."""
    if isinstance(terminator, model.Jump):
        return f"jump {terminator.block}"
    if isinstance(terminator, model.Branch):
        condition = "?" if terminator.condition is None else f"t{terminator.condition}"
        text = f"branch {condition} -> {terminator.then}, {terminator.otherwise}"
        if terminator.then_facts or terminator.otherwise_facts:
            text += f"  {_facts(terminator.then_facts, names)}"
            text += f" / {_facts(terminator.otherwise_facts, names)}"
        return text
    if isinstance(terminator, model.Suppress):
        outer = "out" if terminator.reraised is None else str(terminator.reraised)
        return f"swallowed -> {terminator.swallowed}, raised further -> {outer}"
    if isinstance(terminator, model.Return):
        return f"return {_temporary(terminator.source)}"
    return "leave"
