"""Until when temporaries, and variables, are still to be read.

Most temporaries are used up at once (`t1 = read f; t2 = call t1()`); carrying them further would
only make everything slower that looks through the memory: in a block of a thousand statements the
more, the longer it is.  Those that cross a block boundary are a `for` loop's iterator, the value of
a conditional expression, a comprehension's container and the like.  These end as well: what
`[a] if p else [b]` has made in an earlier turn of a loop must not be taken for something that is
still there.

A call of a method reads what the method was read from, too: `s.get(i if p else j)` is a use of `s`
where it is called.

A variable ends where it is certain to be bound anew before it is read.  What is never read again
ends, too, unless there is something affine in it: its name may be what a message speaks of.  That
of a comprehension ends with it in any case, as nothing behind it can name that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from typing import Any, Final, NamedTuple, TypeVar

from mypy_eqxstate.flow.order import successors
from mypy_eqxstate.ir import model as ir

_Root = TypeVar("_Root", ir.Temporary, ir.Variable)


def temporaries_read(operation: ir.Operation) -> tuple[ir.Temporary, ...]:
    """The temporaries that an operation reads."""
    reads = _READS.get(type(operation))
    return () if reads is None else reads(operation)


def _present(*temporaries: ir.Temporary | None) -> tuple[ir.Temporary, ...]:
    return tuple(temporary for temporary in temporaries if temporary is not None)


_READS: Final[Mapping[type, Callable[[Any], tuple[ir.Temporary, ...]]]] = {
    ir.Alias: lambda op: (op.source,),
    ir.Append: lambda op: (op.container, op.source),
    ir.Await: lambda op: (op.source,),
    ir.Build: lambda op: tuple([element.source for element in op.elements]),
    ir.Call: lambda op: (op.callee, *[argument.source for argument in op.arguments]),
    ir.Compute: lambda op: op.operands,
    ir.Enter: lambda op: (op.context,),
    ir.Exit: lambda op: (op.context,),
    ir.Iterate: lambda op: (op.source,),
    ir.MakeClass: lambda op: op.bases,
    ir.MakeFunction: lambda op: tuple([source for _, source in op.defaults]),
    ir.Next: lambda op: (op.iterator,),
    ir.ReadAttribute: lambda op: (op.base,),
    ir.ReadItem: lambda op: (op.base, op.index),
    ir.Unpack: lambda op: (op.source,),
    ir.WriteAttribute: lambda op: _present(op.base, op.source),
    ir.WriteItem: lambda op: _present(op.base, op.index, op.source),
    ir.WriteVariable: lambda op: (op.source,),
    ir.Yield: lambda op: _present(op.source),
}


class Lifetimes(NamedTuple):
    """Until when the temporaries of a body are read.

    Attributes:
        live: by block, those that it or a later block reads before they are written again.
        ending: by block and operation, those that are not read any more afterwards.
    """

    live: Sequence[Set[ir.Temporary]]
    ending: Sequence[Sequence[Sequence[ir.Temporary]]]


def lifetimes(body: ir.Body) -> Lifetimes:
    """Until when each temporary of a body is read."""
    receivers = {
        operation.target: operation.base
        for block in body.blocks
        for operation in block.operations
        if isinstance(operation, ir.ReadAttribute)
    }
    read = [
        [_all_read(body, operation, receivers) for operation in block.operations]
        for block in body.blocks
    ]
    live = _live_temporaries(body, read)
    return Lifetimes(live, [_ending(body, block, live, read[block.index]) for block in body.blocks])


def _live_temporaries(
    body: ir.Body, read_by_operation: Sequence[Sequence[Collection[ir.Temporary]]]
) -> list[set[ir.Temporary]]:
    reads: list[set[ir.Temporary]] = []
    writes: list[set[ir.Temporary]] = []
    for block in body.blocks:
        written: set[ir.Temporary] = set()
        read: set[ir.Temporary] = set()
        for operation, used in zip(block.operations, read_by_operation[block.index], strict=True):
            for temporary in used:
                if temporary not in written:
                    read.add(temporary)
            target = getattr(operation, "target", None)
            if isinstance(operation, ir.Alias):
                written.update(_with_parts(body, operation.target))  # one arm, and not the others
            elif target is not None:
                written.add(target)
        read.update(t for t in _all_read_by(body, block.terminator) if t not in written)
        reads.append(read)
        writes.append(written)
    return _solved(body, reads, writes)


def _ending(
    body: ir.Body,
    block: ir.Block,
    live: Sequence[Set[ir.Temporary]],
    read: Sequence[Collection[ir.Temporary]],
) -> list[list[ir.Temporary]]:
    """By operation of a block, the temporaries that are not read any more after it."""
    alive = set(_all_read_by(body, block.terminator))
    for successor in successors(block):
        alive |= live[successor]
    found: list[list[ir.Temporary]] = []
    for operation, used in zip(reversed(block.operations), reversed(read), strict=True):
        ended = []
        for temporary in used:
            if temporary not in alive:
                alive.add(temporary)
                ended.append(temporary)
        target = getattr(operation, "target", None)
        if target is not None and target not in alive:
            alive.add(target)
            ended.append(target)
        found.append(sorted(ended) if len(ended) > 1 else ended)
    found.reverse()
    return found


def _all_read(
    body: ir.Body, operation: ir.Operation, receivers: Mapping[ir.Temporary, ir.Temporary]
) -> Collection[ir.Temporary]:
    """The temporaries that an operation reads, with their parts and a method's receiver."""
    found = temporaries_read(operation)
    if isinstance(operation, ir.Call) and operation.callee in receivers:
        found = (*found, receivers[operation.callee])
    if body.parts.keys().isdisjoint(found):
        return found
    return [each for temporary in found for each in _with_parts(body, temporary)]


def _all_read_by(body: ir.Body, terminator: ir.Terminator) -> Iterator[ir.Temporary]:
    for temporary in _read_by(terminator):
        yield from _with_parts(body, temporary)


class Unread(NamedTuple):
    """The variables that a block, and all later ones, don't read before they bind them.

    Attributes:
        rebound: of these, those that are certain to be bound.
        dead: those that may as well stay as they are until the body is left.
    """

    rebound: frozenset[ir.Variable]
    dead: frozenset[ir.Variable]


def unread_variables(
    body: ir.Body, captured: Collection[ir.Variable]
) -> Mapping[ir.BlockIndex, Unread]:
    """By block, the variables that nobody reads from there on as they are.

    Those of a comprehension are among them where nothing reads them any more.

    Args:
        body: of a function.
        captured: the variables that functions inside it read, whenever they are called.
    """
    bound: set[ir.Variable] = set()
    reads: list[set[ir.Variable]] = []
    writes: list[set[ir.Variable]] = []
    for block in body.blocks:
        written: set[ir.Variable] = set()
        read: set[ir.Variable] = set()
        for operation in block.operations:
            if isinstance(operation, ir.ReadVariable):
                if operation.variable not in written:
                    read.add(operation.variable)
            elif isinstance(operation, ir.WriteVariable | ir.DeleteVariable):
                written.add(operation.variable)
        bound |= written
        reads.append(read)
        writes.append(written)
    bound &= body.locals
    bound.difference_update(captured)
    if not bound:
        return {}
    read_again = _solved(body, reads, writes)
    lasting = {variable for variable in bound if not variable.is_of_inner_scope}
    for block in body.blocks:
        if isinstance(block.terminator, ir.Return | ir.Leave):
            reads[block.index] |= lasting - writes[block.index]
    kept = _solved(body, reads, writes)
    return {
        index: Unread(frozenset(bound - kept[index]), frozenset((kept[index] - read) & bound))
        for index, read in enumerate(read_again)
    }


def _solved(
    body: ir.Body, reads: Sequence[set[_Root]], writes: Sequence[set[_Root]]
) -> list[set[_Root]]:
    """What a block or a later one reads before it is written, given what each reads and writes."""
    before: dict[ir.BlockIndex, list[ir.BlockIndex]] = {}
    for block in body.blocks:
        for successor in successors(block):
            before.setdefault(successor, []).append(block.index)
    live = [set(read) for read in reads]
    waiting = [block.index for block in body.blocks if live[block.index]]
    while waiting:
        index = waiting.pop()
        for earlier in before.get(index, ()):
            # An exception may leave a block before it writes what it writes.
            raised = body.blocks[earlier].handler == index
            more = live[index] - live[earlier] - (set() if raised else writes[earlier])
            if more:
                live[earlier] |= more
                waiting.append(earlier)
    return live


def _read_by(terminator: ir.Terminator) -> tuple[ir.Temporary, ...]:
    if isinstance(terminator, ir.Return) and terminator.source is not None:
        return (terminator.source,)
    if isinstance(terminator, ir.Branch) and terminator.subject is not None:
        return (terminator.subject,)
    return ()


def _with_parts(body: ir.Body, temporary: ir.Temporary) -> Iterator[ir.Temporary]:
    """A temporary, and those it was built from: a superseded argument marks where they are from."""
    yield temporary
    for part in body.parts.get(temporary, ()):
        yield from _with_parts(body, part)
