"""`for` and `while`.

    for x in xs: body        t = iter xs
                             header: branch (none) body : else
                             body:   x = next t; ...; jump header

`break` goes behind the `else` block, `continue` to the header; what a `finally` or `with` has to do
on the way is the builder's `leave_loop`.

A loop over a display, `for s in (a, b)`, runs one turn for sure, so it asks behind its body; one
over a display of one element has no other turn, so it asks nothing:

                             header: x = next t; ...; jump latch
                             latch:  branch (none) header : else
"""

from __future__ import annotations

import ast
from typing import NamedTuple

from mypy_eqxstate.ir.builder import Builder, LoopTargets
from mypy_eqxstate.ir.conditions import lower_condition
from mypy_eqxstate.ir.model import DISPLAYS, BlockIndex, Iterate, Loop, Next
from mypy_eqxstate.ir.targets import assign


class Turn(NamedTuple):
    """Where a turn of a loop goes on.

    Attributes:
        header: to the next turn.
        latch: behind its body; the header itself unless a turn is known to run.
        ended: out of the loop.
        is_only: there is no next turn.
        node: the loop, or what it binds.
    """

    header: BlockIndex
    latch: BlockIndex
    ended: BlockIndex
    is_only: bool
    node: ast.AST


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
    turn = begin_turn(builder, begin_loop(builder, node), ended, node.iter, node)
    builder.frames.append(LoopTargets(after, turn.latch))
    element = builder.temporary()
    builder.emit(Next(element, iterator, node.iter))
    assign(builder, node.target, element)
    builder.statements(node.body)
    builder.frames.pop()
    end_turn(builder, turn)
    builder.start(ended)
    builder.statements(node.orelse)
    builder.jump(after)
    builder.start(after)


def begin_turn(
    builder: Builder, header: BlockIndex, ended: BlockIndex, iterable: ast.expr, node: ast.AST
) -> Turn:
    """Ask in a loop's header whether there is a turn, if that isn't known; go on inside of it.

    Args:
        builder: of the body; it is in the header.
        header: of the loop.
        ended: where to go if there is none.
        iterable: what the loop goes through.
        node: the loop, or what it binds.
    """
    elements = iterable.elts if isinstance(iterable, DISPLAYS) else []
    if any(not isinstance(element, ast.Starred) for element in elements):
        return Turn(header, builder.new_block(), ended, len(elements) == 1, node)
    inside = builder.new_block()
    builder.branch(None, inside, ended, node)
    builder.start(inside)
    return Turn(header, header, ended, False, node)


def end_turn(builder: Builder, turn: Turn) -> None:
    """End a turn: go on with the next one, or leave the loop."""
    builder.jump(turn.latch)
    if turn.latch == turn.header:
        return
    builder.start(turn.latch)
    if turn.is_only:
        builder.jump(turn.ended)
    else:
        builder.branch(None, turn.header, turn.ended, turn.node)


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
