"""Comprehensions inline as loops; generator expressions as the generators that they are.

    ys = [f(x) for x in xs if x]      # for x in xs: if x: container.append(f(x))

    ys = (f(x) for x in xs if x)      # def genexp(it):
                                      #     for x in it:
                                      #         if x: yield f(x)
                                      # ys = genexp(xs)

The first iterable is evaluated in the scope around, everything else in the comprehension's own.

Limits.  Python asks the first iterable of a generator expression for its iterator at once; here
that is the first thing that the generator does.
"""

from __future__ import annotations

import ast
from typing import Any

from mypy_eqxstate.ir.builder import Builder
from mypy_eqxstate.ir.conditions import lower_condition
from mypy_eqxstate.ir.expressions import read_name
from mypy_eqxstate.ir.loops import Turn, begin_loop, begin_turn, end_turn
from mypy_eqxstate.ir.model import (
    GENERATOR_PARAMETER,
    KEPT,
    Append,
    Argument,
    BlockIndex,
    Build,
    Call,
    Destination,
    Iterate,
    MakeFunction,
    Next,
    Temporary,
    Yield,
)
from mypy_eqxstate.ir.targets import assign

_KINDS = {"ListComp": "list", "SetComp": "set", "DictComp": "dict"}


# --- Lists, sets and dictionaries ----------------------------------------------------------------


def lower_comprehension(builder: Builder, node: Any, destination: Destination) -> Temporary:
    """A list, set or dictionary; the temporary is the container that is built."""
    outer, outer_loop = builder.scope, builder.loop
    iterator = _iterate(builder, node.generators[0])
    container = builder.temporary()
    builder.emit(Build(container, _KINDS[type(node).__name__], (), node))
    builder.scope = builder.scopes.inner[node]
    after = builder.new_block()
    turns = _begin_loops(builder, node, iterator, after)
    if isinstance(node, ast.DictComp):
        builder.expression(node.key)
        value = builder.expression(node.value)
    else:
        value = builder.expression(node.elt)
    builder.emit(Append(container, value, node))
    _end_loops(builder, turns)
    builder.scope = outer
    builder.loop = outer_loop
    builder.start(after)
    return container


# --- Generator expressions -----------------------------------------------------------------------


def lower_generator(
    builder: Builder, node: ast.GeneratorExp, destination: Destination
) -> Temporary:
    """A generator expression: its first iterable, then the call of the function that it is."""
    first = builder.expression(node.generators[0].iter)
    function, generator = builder.temporary(), builder.temporary()
    builder.emit(MakeFunction(function, node, builder.questions.names[node], (), node))
    builder.emit(Call(generator, function, (Argument(first),), KEPT, node))
    return generator


def lower_generator_body(builder: Builder, node: ast.GeneratorExp) -> None:
    """The whole body of a generator expression."""
    first = node.generators[0].iter
    source = read_name(builder, GENERATOR_PARAMETER, first)
    iterator = builder.temporary()
    builder.emit(Iterate(iterator, source, first))
    after = builder.new_block()
    turns = _begin_loops(builder, node, iterator, after)
    value = builder.expression(node.elt)
    builder.emit(Yield(builder.temporary(), value, False, node.elt))
    _end_loops(builder, turns)
    builder.start(after)
    builder.leave_by_return(None, node)


def is_async(node: ast.GeneratorExp) -> bool:
    """Whether a generator expression makes an asynchronous generator.

    So it does if it awaits, or runs through something asynchronous, in its own scope.
    """
    stack: list[ast.AST] = [*node.generators, node.elt]
    first = node.generators[0].iter
    while stack:
        inner = stack.pop()
        if isinstance(inner, ast.Await) or (
            isinstance(inner, ast.comprehension) and inner.is_async
        ):
            return True
        if isinstance(inner, ast.GeneratorExp):
            stack.append(inner.generators[0].iter)
        elif not isinstance(inner, ast.Lambda):
            stack.extend(each for each in ast.iter_child_nodes(inner) if each is not first)
    return False


# --- Loops ---------------------------------------------------------------------------------------


def _iterate(builder: Builder, generator: ast.comprehension) -> Temporary:
    source = builder.expression(generator.iter)
    iterator = builder.temporary()
    builder.emit(Iterate(iterator, source, generator.iter))
    return iterator


def _begin_loops(builder: Builder, node: Any, iterator: Temporary, after: BlockIndex) -> list[Turn]:
    """All `for ... in ... if ...`, the first over an iterator that is there already.

    Leaves the builder inside the innermost loop, and gives a turn of each loop that is reached.
    """
    turns: list[Turn] = []
    for position, generator in enumerate(node.generators):
        if position:
            iterator = _iterate(builder, generator)
        if not builder.live:
            break
        # Where a loop goes that has ended: behind the turn of the loop around it, or behind all.
        ended = turns[-1].latch if turns else after
        turns.append(_begin(builder, generator, iterator, ended, node))
    return turns


def _end_loops(builder: Builder, turns: list[Turn]) -> None:
    """End the turns of all loops, from the innermost to the outermost."""
    for turn in reversed(turns):
        end_turn(builder, turn)


def _begin(
    builder: Builder,
    generator: ast.comprehension,
    iterator: Temporary,
    ended: BlockIndex,
    node: ast.expr,
) -> Turn:
    """One `for ... in ... if ...`; leaves the builder inside the loop."""
    header = begin_loop(builder, node, comprehension=True)
    turn = begin_turn(builder, header, ended, generator.iter, generator.target)
    element = builder.temporary()
    builder.emit(Next(element, iterator, generator.iter))
    assign(builder, generator.target, element)
    for condition in generator.ifs:
        following = builder.new_block()
        lower_condition(builder, condition, following, turn.latch)
        builder.start(following)
    return turn
