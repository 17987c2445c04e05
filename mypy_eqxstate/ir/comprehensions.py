"""Comprehensions and generator expressions, inline as loops.

    ys = [f(x) for x in xs if x]      # for x in xs: if x: container.append(f(x))

The first iterable is evaluated in the scope around, everything else in the comprehension's own.

Limits.  A generator expression runs here although Python runs it later, perhaps never: its loop may
also run no time, which is the nearest.
"""

from __future__ import annotations

import ast
from typing import Any

from mypy_eqxstate.ir.builder import Builder
from mypy_eqxstate.ir.conditions import lower_condition
from mypy_eqxstate.ir.loops import begin_loop
from mypy_eqxstate.ir.model import (
    Append,
    BlockIndex,
    Build,
    Destination,
    Iterate,
    Next,
    Temporary,
)
from mypy_eqxstate.ir.targets import assign

_KINDS = {"ListComp": "list", "SetComp": "set", "DictComp": "dict", "GeneratorExp": "list"}


def lower_comprehension(builder: Builder, node: Any, destination: Destination) -> Temporary:
    """A comprehension of any kind; the temporary is the container that it builds."""
    outer, outer_loop = builder.scope, builder.loop
    iterator = _iterate(builder, node.generators[0])
    container = builder.temporary()
    builder.emit(Build(container, _KINDS[type(node).__name__], (), node))
    builder.scope = builder.scopes.inner[node]
    after = builder.new_block()
    leave = after  # where a loop goes that has ended: the loop around it, or behind them all
    for position, generator in enumerate(node.generators):
        if position:
            iterator = _iterate(builder, generator)
        leave = _begin(builder, generator, iterator, leave, node)
    if isinstance(node, ast.DictComp):
        builder.expression(node.key)
        value = builder.expression(node.value)
    else:
        value = builder.expression(node.elt)
    builder.emit(Append(container, value, node))
    builder.jump(leave)
    builder.scope = outer
    builder.loop = outer_loop
    builder.start(after)
    return container


def _iterate(builder: Builder, generator: ast.comprehension) -> Temporary:
    source = builder.expression(generator.iter)
    iterator = builder.temporary()
    builder.emit(Iterate(iterator, source, generator.iter))
    return iterator


def _begin(
    builder: Builder,
    generator: ast.comprehension,
    iterator: Temporary,
    leave: BlockIndex,
    node: ast.expr,
) -> BlockIndex:
    """One `for ... in ... if ...`; gives its header and leaves the builder inside the loop."""
    if not builder.live:
        return leave
    header = begin_loop(builder, node, comprehension=True)
    inside = builder.new_block()
    builder.branch(None, inside, leave, generator.target)
    builder.start(inside)
    element = builder.temporary()
    builder.emit(Next(element, iterator, generator.iter))
    assign(builder, generator.target, element)
    for condition in generator.ifs:
        following = builder.new_block()
        lower_condition(builder, condition, following, header)
        builder.start(following)
    return header
