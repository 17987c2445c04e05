"""`for` and `while`.

    for x in xs: body        t = iter xs
                             header: branch (none) body : else
                             body:   x = next t; ...; jump header

`break` goes behind the `else` block, `continue` to the header; what a `finally` or `with` has to do
on the way is the builder's `leave_loop`.

A loop over a display, `for s in (a, b)`, runs one turn for sure, so it asks behind its body:

                             header: x = next t; ...; jump latch
                             latch:  branch (none) header : else
"""

from __future__ import annotations

import ast

from mypy_eqxstate.ir.builder import Builder, LoopTargets
from mypy_eqxstate.ir.conditions import lower_condition
from mypy_eqxstate.ir.model import DISPLAYS, BlockIndex, Iterate, Loop, Next
from mypy_eqxstate.ir.targets import assign


def begin_loop(builder: Builder, node: ast.AST, *, comprehension: bool = False) -> BlockIndex:
    """Start a loop's header; blocks made from here on belong to the loop."""
    parent = builder.loop
    builder.loop = len(builder.loops)
    header = builder.new_block()
    line: int = getattr(node, "lineno", 0)
    builder.loops.append(Loop(header, line, parent, comprehension))
    builder.jump(header)
    builder.start(header)
    return header


def lower_for(builder: Builder, node: ast.For | ast.AsyncFor) -> None:
    """`for target in iterable: ... else: ...`."""
    source = builder.expression(node.iter)
    iterator = builder.temporary()
    builder.emit(Iterate(iterator, source, node.iter))
    if not builder.live:
        return
    ended, after = builder.new_block(), builder.new_block()
    header = begin_loop(builder, node)
    runs_surely = _is_display(node.iter)
    latch = builder.new_block() if runs_surely else header
    if not runs_surely:
        inside = builder.new_block()
        builder.branch(None, inside, ended, node)
        builder.start(inside)
    builder.frames.append(LoopTargets(after, latch))
    element = builder.temporary()
    builder.emit(Next(element, iterator, node.iter))
    assign(builder, node.target, element)
    builder.statements(node.body)
    builder.jump(latch)
    builder.frames.pop()
    if runs_surely:
        builder.start(latch)
        builder.branch(None, header, ended, node)
    builder.start(ended)
    builder.statements(node.orelse)
    builder.jump(after)
    builder.start(after)


def _is_display(iterable: ast.expr) -> bool:
    """Whether an iterable is written out, and has an element."""
    return isinstance(iterable, DISPLAYS) and any(
        not isinstance(element, ast.Starred) for element in iterable.elts
    )


def lower_while(builder: Builder, node: ast.While) -> None:
    """`while condition: ... else: ...`."""
    ended, after = builder.new_block(), builder.new_block()
    header = begin_loop(builder, node)
    inside = builder.new_block()
    lower_condition(builder, node.test, inside, ended)
    builder.start(inside)
    builder.frames.append(LoopTargets(after, header))
    builder.statements(node.body)
    builder.jump(header)
    builder.frames.pop()
    builder.start(ended)
    builder.statements(node.orelse)
    builder.jump(after)
    builder.start(after)
