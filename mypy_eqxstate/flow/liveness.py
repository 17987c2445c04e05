"""Which temporaries are still to be read where a block begins.

Most temporaries are used up within their block (`t1 = read f; t2 = call t1()`); carrying them
further would only make joins slower.  Those that cross a block boundary are a `for` loop's
iterator, the value of a conditional expression, a comprehension's container and the like.  These
end as well: what `[a] if p else [b]` has made in an earlier turn of a loop must not be taken for
something that is still there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mypy_eqxstate.flow.solver import successors
from mypy_eqxstate.ir import model as ir


def temporaries_read(operation: ir.Operation) -> tuple[ir.Temporary, ...]:
    """The temporaries that an operation reads."""
    match operation:
        case ir.WriteVariable(source=source) | ir.Alias(source=source):
            return (source,)
        case ir.ReadAttribute(base=base):
            return (base,)
        case ir.WriteAttribute(base=base, source=source):
            return (base,) if source is None else (base, source)
        case ir.ReadItem(base=base, index=index):
            return (base, index)
        case ir.WriteItem(base=base, index=index, source=source):
            return (base, index) if source is None else (base, index, source)
        case ir.Unpack(source=source) | ir.Iterate(source=source) | ir.Await(source=source):
            return (source,)
        case ir.Build(elements=elements):
            return tuple(element.source for element in elements)
        case ir.Append(container=container, source=source):
            return (container, source)
        case ir.Call(callee=callee, arguments=arguments):
            return (callee, *(argument.source for argument in arguments))
        case ir.Compute(operands=operands):
            return operands
        case ir.MakeFunction(defaults=defaults):
            return tuple(source for _, source in defaults)
        case ir.MakeClass(bases=bases):
            return bases
        case ir.Next(iterator=iterator):
            return (iterator,)
        case ir.Enter(context=context) | ir.Exit(context=context):
            return (context,)
        case ir.Yield(source=source):
            return () if source is None else (source,)
        case _:
            return ()


def live_temporaries(body: ir.Body) -> Mapping[ir.BlockIndex, frozenset[ir.Temporary]]:
    """By block, the temporaries that it or a later block reads before they are written again."""
    reads: list[set[ir.Temporary]] = []
    writes: list[set[ir.Temporary]] = []
    before: dict[ir.BlockIndex, list[ir.BlockIndex]] = {}
    for block in body.blocks:
        written: set[ir.Temporary] = set()
        read: set[ir.Temporary] = set()
        for operation in block.operations:
            for temporary in temporaries_read(operation):
                read.update(part for part in _with_parts(body, temporary) if part not in written)
            target = getattr(operation, "target", None)
            if isinstance(operation, ir.Alias):
                written.update(_with_parts(body, operation.target))  # one arm, and not the others
            elif target is not None:
                written.add(target)
        for temporary in _read_by(block.terminator):
            read.update(part for part in _with_parts(body, temporary) if part not in written)
        reads.append(read)
        writes.append(written)
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
    return {index: frozenset(found) for index, found in enumerate(live)}


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
