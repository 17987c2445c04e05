"""Which temporaries outlive the block that defines them.

Most temporaries are used up within their block (`t1 = read f; t2 = call t1()`); carrying them
further would only make joins slower.  Those that cross a block boundary are a `for` loop's
iterator, the value of a conditional expression, a comprehension's container and the like.
"""

from __future__ import annotations

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


def crossing_temporaries(body: ir.Body) -> frozenset[ir.Temporary]:
    """The temporaries that are read in another block than one that defines them."""
    defined: dict[ir.Temporary, int] = {}
    crossing: set[ir.Temporary] = set()
    for block in body.blocks:
        for operation in block.operations:
            target = getattr(operation, "target", None)
            if target is not None and defined.setdefault(target, block.index) != block.index:
                crossing.add(target)
    for block in body.blocks:
        for operation in block.operations:
            for read in temporaries_read(operation):
                if defined.get(read) != block.index:
                    crossing.add(read)
        terminator = block.terminator
        if (
            isinstance(terminator, ir.Return)
            and terminator.source is not None
            and defined.get(terminator.source) != block.index
        ):
            crossing.add(terminator.source)
        elif (
            isinstance(terminator, ir.Branch)
            and terminator.subject is not None
            and defined.get(terminator.subject) != block.index
        ):
            crossing.add(terminator.subject)
    # A superseded argument marks the places that it was built from, which may lie in other blocks.
    for whole, parts in body.parts.items():
        if whole in crossing or len({defined.get(part) for part in parts}) > 1:
            crossing.update(parts)
    return frozenset(crossing)
