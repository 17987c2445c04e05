"""Conditions, and the expressions that evaluate only a part of themselves.

A condition is lowered straight into branches, so that each operand of `and`, `or` and of a
comparison chain has edges and facts of its own; there is no temporary for the whole.  Where the
value is wanted, every way to it ends with an `Alias` into one temporary:

    y = f(s) or s          t2 = call f(s); branch t2 ? A : B
                           A: t5 = alias t2     B: t4 = read s; t5 = alias t4
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from mypy_eqxstate.ir.builder import Builder
from mypy_eqxstate.ir.facts import comparison_facts, facts_of
from mypy_eqxstate.ir.model import (
    Alias,
    BlockIndex,
    Compute,
    Destination,
    Temporary,
    UseKind,
)


def constant_truth(node: ast.expr, imported: bool) -> bool | None:
    """The truth of a condition that is known beforehand; `TYPE_CHECKING` is false at run time.

    Args:
        node: the condition.
        imported: the module is another one's import, so that its `__name__` is not "__main__".
    """
    if isinstance(node, ast.Constant):
        return bool(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        operand = constant_truth(node.operand, imported)
        return None if operand is None else not operand
    if imported and isinstance(node, ast.Compare) and _asks_for_script(node):
        return False
    if isinstance(node, ast.Name) and node.id == "TYPE_CHECKING":
        return False
    if isinstance(node, ast.Attribute) and node.attr == "TYPE_CHECKING":
        return False
    return None


def _asks_for_script(node: ast.Compare) -> bool:
    """Whether a condition is `__name__ == "__main__"`."""
    sides = [node.left, *node.comparators]
    return (
        len(sides) == 2
        and isinstance(node.ops[0], ast.Eq)
        and any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
        and any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)
    )


def lower_condition(
    builder: Builder, node: ast.expr, then: BlockIndex, otherwise: BlockIndex
) -> None:
    """Go to `then` if the condition is true, else to `otherwise`."""
    truth = constant_truth(node, builder.questions.imported)
    if truth is not None:
        builder.jump(then if truth else otherwise)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        lower_condition(builder, node.operand, otherwise, then)
    elif isinstance(node, ast.BoolOp):
        is_and = isinstance(node.op, ast.And)
        for value in node.values[:-1]:
            following = builder.new_block()
            if is_and:
                lower_condition(builder, value, following, otherwise)
            else:
                lower_condition(builder, value, then, following)
            builder.start(following)
        lower_condition(builder, node.values[-1], then, otherwise)
    elif isinstance(node, ast.Compare) and len(node.ops) > 1:

        def each(result: Temporary, position: int) -> None:
            is_last = position == len(node.ops) - 1
            following = then if is_last else builder.new_block()
            left = node.left if position == 0 else node.comparators[position - 1]
            facts = comparison_facts(builder, left, node.ops[position], node.comparators[position])
            builder.branch(result, following, otherwise, node, facts)
            if not is_last:
                builder.start(following)

        _comparisons(builder, node, each)
    else:
        condition = builder.expression(node)
        builder.branch(condition, then, otherwise, node, facts_of(builder, node))


def _comparisons(
    builder: Builder, node: ast.Compare, each: Callable[[Temporary, int], None]
) -> None:
    """Lower a chain of comparisons; `each` gets every result and says how to go on."""
    left = builder.expression(node.left)
    for position, (operator, comparator) in enumerate(zip(node.ops, node.comparators, strict=True)):
        right = builder.expression(comparator)
        result = builder.temporary()
        is_identity = isinstance(operator, (ast.Is, ast.IsNot))
        how = UseKind.IDENTITY if is_identity else UseKind.COMPARISON
        builder.emit(Compute(result, (left, right), how, node))
        each(result, position)
        left = right


class _Joined:
    """A value that several paths give: an `Alias` at the end of each, and where they meet."""

    def __init__(self, builder: Builder, node: ast.AST) -> None:
        self.builder = builder
        self.node = node
        self.target = builder.temporary()
        self.join = builder.new_block()
        self.sources: list[Temporary] = []

    def arm(self, source: Temporary) -> None:
        """The present path ends with this value."""
        if self.builder.live:
            self.builder.emit(Alias(self.target, source, self.node))
            self.builder.jump(self.join)
            self.sources.append(source)

    def finish(self) -> Temporary:
        """Go on where the paths meet."""
        builder = self.builder
        builder.start(self.join)
        builder.parts[self.target] = tuple(self.sources)
        places = {builder.places.get(source) for source in self.sources}
        place = places.pop() if len(places) == 1 else None
        if place is not None:
            builder.places[self.target] = place
        return self.target


def lower_compare(builder: Builder, node: ast.Compare, destination: Destination) -> Temporary:
    """A comparison where its value is wanted."""
    last = len(node.ops) - 1
    if not last:
        results: list[Temporary] = []
        _comparisons(builder, node, lambda result, _: results.append(result))
        return results[0]
    joined = _Joined(builder, node)

    def each(result: Temporary, position: int) -> None:
        if position == last:
            joined.arm(result)
            return
        following, short = builder.new_block(), builder.new_block()
        builder.branch(result, following, short, node)
        builder.start(short)
        joined.arm(result)
        builder.start(following)

    _comparisons(builder, node, each)
    return joined.finish()


def lower_bool_operation(builder: Builder, node: ast.BoolOp, destination: Destination) -> Temporary:
    """`a and b`, `a or b` where the value is wanted."""
    joined = _Joined(builder, node)
    is_and = isinstance(node.op, ast.And)
    for value in node.values[:-1]:
        operand = builder.expression(value, destination)
        following, short = builder.new_block(), builder.new_block()
        then, otherwise = (following, short) if is_and else (short, following)
        builder.branch(operand, then, otherwise, value, facts_of(builder, value))
        builder.start(short)
        joined.arm(operand)
        builder.start(following)
    joined.arm(builder.expression(node.values[-1], destination))
    return joined.finish()


def lower_conditional(builder: Builder, node: ast.IfExp, destination: Destination) -> Temporary:
    """`a if condition else b`."""
    joined = _Joined(builder, node)
    then, otherwise = builder.new_block(), builder.new_block()
    lower_condition(builder, node.test, then, otherwise)
    builder.start(then)
    joined.arm(builder.expression(node.body, destination))
    builder.start(otherwise)
    joined.arm(builder.expression(node.orelse, destination))
    return joined.finish()
