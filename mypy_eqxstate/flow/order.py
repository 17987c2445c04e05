"""The order in which the blocks of a body are visited: what a loop brings about comes first.

Blocks that lead to each other (a loop, with all that is in it) are a *component*.  A component
comes after all that lead to it, so that whoever settles one component after another visits what
is behind a loop only once it is known what the loop does; within a component a block comes before
its successors, but for edges that lead back, and the body of a loop before what follows the loop.

Example.  In `while a: b()` followed by `c()` the head of the loop and `b()` are one component, and
`c()` is the next.
"""

from __future__ import annotations

from mypy_eqxstate.ir.model import Block, BlockIndex, Body, Branch, Jump, Suppress


def successors(block: Block) -> tuple[BlockIndex, ...]:
    """The blocks that control may reach from a block, its handler last."""
    terminator = block.terminator
    found: tuple[BlockIndex, ...] = ()
    if isinstance(terminator, Jump):
        found = (terminator.block,)
    elif isinstance(terminator, Branch):
        found = (terminator.then, terminator.otherwise)
    elif isinstance(terminator, Suppress):
        found = (terminator.swallowed,)
        if terminator.reraised is not None:
            found += (terminator.reraised,)
    if block.handler is not None:
        found += (block.handler,)
    return found


def reverse_postorder(body: Body) -> list[BlockIndex]:
    """The reachable blocks, each before its successors but for edges that lead back."""
    order: list[BlockIndex] = []
    seen = {0}
    stack = [(0, reversed(successors(body.blocks[0])))]
    while stack:
        index, following = stack[-1]
        for successor in following:
            if successor not in seen:
                seen.add(successor)
                stack.append((successor, reversed(successors(body.blocks[successor]))))
                break
        else:
            order.append(index)
            stack.pop()
    order.reverse()
    return order


def components(body: Body) -> list[list[BlockIndex]]:
    """The reachable blocks, those that lead to each other together (Kosaraju's algorithm)."""
    order = reverse_postorder(body)
    rank = {index: position for position, index in enumerate(order)}
    before: dict[BlockIndex, list[BlockIndex]] = {}
    for index in order:
        for successor in successors(body.blocks[index]):
            before.setdefault(successor, []).append(index)
    found: list[list[BlockIndex]] = []
    placed: set[BlockIndex] = set()
    for first in order:
        if first in placed:
            continue
        placed.add(first)
        component = [first]
        for index in component:
            for earlier in before.get(index, ()):
                if earlier not in placed:
                    placed.add(earlier)
                    component.append(earlier)
        found.append(sorted(component, key=rank.__getitem__))
    return found
