"""Parameters that a body only inspects: it asks whether they are None, or of which class.

Such a question is legal on an old object, and so it is where a function asks it: `exists(state)`
reads nothing of the State that it is given.

Worked example.  In `def exists(v): return v is not None` the parameter `v` is compared with `is`
and goes nowhere else.  In `def default(v, other): return v if v is not None else other` it is
returned as well, so that a call of it is a use.

What a function may be asked for is in the library table: a row in which the first parameter is
ignored and nothing that is owned comes back (`isinstance`, `type`, `id`).

Limits: bodies of more than `MAXIMAL_OPERATIONS` operations are not looked at, nor is a parameter
that gets another name first.  One that the body does not read at all is not inspected: what it is
there for can't be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from mypy_eqxstate.contracts.model import Contract, Effect, Nothing, Row
from mypy_eqxstate.flow.liveness import temporaries_read
from mypy_eqxstate.ir import model as ir

MAXIMAL_OPERATIONS: Final = 24


def inspected_parameters(
    body: ir.Body,
    builtin: Callable[[str], Row | None],
    captured: Callable[[ir.FunctionNode], Iterable[ir.Variable]],
) -> frozenset[str]:
    """The names of the parameters that a body inspects, and does nothing else with.

    Args:
        body: of a function.
        builtin: the row of a name that the module leaves to be a builtin.
        captured: the variables around a function that it reads.
    """
    if sum(len(block.operations) for block in body.blocks) > MAXIMAL_OPERATIONS:
        return frozenset()
    operations = [operation for block in body.blocks for operation in block.operations]
    possible = set(body.parameters)
    sources: dict[ir.Temporary, ir.Variable] = {}
    inspecting: set[ir.Temporary] = set()
    for operation in operations:
        if isinstance(operation, ir.ReadVariable):
            if operation.variable in possible:
                sources[operation.target] = operation.variable
            elif operation.variable.owner == "" and _inspects(builtin(operation.variable.name)):
                inspecting.add(operation.target)
    if not sources:
        return frozenset()
    inspected: set[ir.Variable] = set()
    for operation in operations:
        if isinstance(operation, ir.MakeFunction):
            possible.difference_update(captured(operation.function))
        elif isinstance(operation, ir.WriteVariable | ir.DeleteVariable):
            possible.discard(operation.variable)
        read = {sources[each] for each in temporaries_read(operation) if each in sources}
        if read and _is_inspection(operation, inspecting, sources):
            inspected |= read
        else:
            possible -= read
    for block in body.blocks:
        possible -= _used_by(block.terminator, sources)
    return frozenset(variable.name for variable in inspected & possible)


def _inspects(row: Row | None) -> bool:
    """Whether a function looks at nothing but the identity and the class of what it is given."""
    return (
        isinstance(row, Contract)
        and bool(row.parameters)
        and row.parameters[0].effect is Effect.IGNORE
        and isinstance(row.result, Nothing)
        and not row.stores
    )


def _is_inspection(
    operation: ir.Operation,
    inspecting: set[ir.Temporary],
    sources: dict[ir.Temporary, ir.Variable],
) -> bool:
    if isinstance(operation, ir.Compute):
        return operation.how in ir.QUIET_USES
    return (
        isinstance(operation, ir.Call)
        and operation.callee in inspecting
        and not any(argument.splat for argument in operation.arguments)
        and not any(argument.source in sources for argument in operation.arguments[1:])
    )


def _used_by(
    terminator: ir.Terminator, sources: dict[ir.Temporary, ir.Variable]
) -> set[ir.Variable]:
    """The parameters that a body returns, or takes apart by a pattern."""
    used = None
    if isinstance(terminator, ir.Return):
        used = terminator.source
    elif isinstance(terminator, ir.Branch):
        used = terminator.subject
    return {sources[used]} if used in sources else set()
