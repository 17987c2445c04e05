"""The last step of the lowering: drop what is not reached, and join what need not be apart.

The rules make blocks freely (one behind every `if`, one at every change of handler).  The analysis
visits each of them several times, so that here empty blocks are skipped, a block is joined with the
one that only it leads to, and the rest is numbered anew in the order of the source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from mypy_eqxstate.ir.model import (
    Block,
    BlockIndex,
    Branch,
    Jump,
    Loop,
    Suppress,
    Terminator,
)


def successors(block: Block) -> Iterator[BlockIndex]:
    """Where the block's terminator leads, without the handler."""
    terminator = block.terminator
    if isinstance(terminator, Jump):
        yield terminator.block
    elif isinstance(terminator, Branch):
        yield terminator.then
        yield terminator.otherwise
    elif isinstance(terminator, Suppress):
        yield terminator.swallowed
        if terminator.reraised is not None:
            yield terminator.reraised


def redirected(terminator: Terminator, where: Callable[[BlockIndex], BlockIndex]) -> Terminator:
    """The terminator with every block that it names replaced."""
    if isinstance(terminator, Jump):
        return Jump(where(terminator.block))
    if isinstance(terminator, Branch):
        return Branch(
            terminator.condition,
            where(terminator.then),
            where(terminator.otherwise),
            terminator.node,
            terminator.then_facts,
            terminator.otherwise_facts,
            terminator.subject,
        )
    if isinstance(terminator, Suppress):
        reraised = terminator.reraised
        return Suppress(
            terminator.context,
            where(terminator.swallowed),
            None if reraised is None else where(reraised),
        )
    return terminator


def tidy(
    blocks: list[Block], order: list[BlockIndex], loops: list[Loop]
) -> tuple[list[Block], list[Loop]]:
    """The same body with fewer blocks, in the given order; the entry stays first."""
    headers = {loop.header for loop in loops}

    def skip_empty(index: BlockIndex) -> BlockIndex:
        seen: set[BlockIndex] = set()
        while index not in seen and index not in headers:
            seen.add(index)
            block = blocks[index]
            if block.operations or not isinstance(block.terminator, Jump):
                break
            index = block.terminator.block
        return index

    entries = [0] * len(blocks)  # how many edges lead to each block
    entries[0] = 2  # the entry is joined with nothing before it
    kept: list[bool] = [False] * len(blocks)
    kept[0] = True
    waiting = [0]
    while waiting:
        block = blocks[waiting.pop()]
        block.terminator = redirected(block.terminator, skip_empty)
        targets = list(successors(block))
        if block.handler is not None and block.operations:
            block.handler = skip_empty(block.handler)
            targets.append(block.handler)
            entries[block.handler] += 1  # a handler is entered with another state: keep it apart
        for target in targets:
            entries[target] += 1
            if not kept[target]:
                kept[target] = True
                waiting.append(target)
    for header in headers:
        entries[header] += 2
    result = [blocks[index] for index in order if kept[index]]
    for block in result:
        if not kept[block.index]:
            continue
        while isinstance(block.terminator, Jump):
            following = blocks[block.terminator.block]
            if block.operations and following.operations and following.handler != block.handler:
                break
            if entries[following.index] != 1 or following.loop != block.loop:
                break
            if following.operations:
                block.handler = following.handler
            block.operations.extend(following.operations)
            block.terminator = following.terminator
            kept[following.index] = False
    return _renumbered([block for block in result if kept[block.index]], loops)


def _renumbered(blocks: list[Block], loops: list[Loop]) -> tuple[list[Block], list[Loop]]:
    numbers = {block.index: number for number, block in enumerate(blocks)}
    present = [index for index, loop in enumerate(loops) if loop.header in numbers]
    loop_numbers = {index: number for number, index in enumerate(present)}
    for number, block in enumerate(blocks):
        block.index = number
        block.terminator = redirected(block.terminator, numbers.__getitem__)
        if block.handler is not None:
            # Nothing in an empty block raises, and its handler may be gone.
            block.handler = numbers[block.handler] if block.operations else None
        if block.loop is not None:
            block.loop = loop_numbers.get(block.loop)
    kept_loops = []
    for index in present:
        loop = loops[index]
        parent = None if loop.parent is None else loop_numbers.get(loop.parent)
        kept_loops.append(replace(loop, header=numbers[loop.header], parent=parent))
    return blocks, kept_loops
