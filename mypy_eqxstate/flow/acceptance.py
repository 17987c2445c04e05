"""Loops that decide whether they accept what a call returned.

    for x in xs:
        loss, new_state = step(state, x)
        if not isfinite(loss):
            continue
        state = new_state

Going on with the old State is one of the two choices here, and no mistake.  So is reading it before
that is decided.  What the loop decides on is what the call in it has returned, whatever name holds
that: `state` is bound to it by a plain assignment, and some turns that have carried out the call
leave that assignment out.

Where every turn rebinds the name, nothing is decided, and what a turn reads of the old State behind
the call is reported, as it is outside of loops.

And where one statement rebinds the name to something that is made of both, it chooses:

    state = lax.cond(ok, lambda: new_state, lambda: state)

Limit: of what a callee took over whose body is another one, any loop of this body may decide.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mypy_eqxstate.flow.explain import BLOCK_STRIDE, loops_around
from mypy_eqxstate.flow.liveness import temporaries_read
from mypy_eqxstate.flow.order import successors
from mypy_eqxstate.flow.values import Event
from mypy_eqxstate.ir.model import (
    BlockIndex,
    Body,
    Call,
    Temporary,
    Unpack,
    Variable,
    WriteAttribute,
    WriteItem,
    WriteVariable,
)


class Assignment(NamedTuple):
    """A plain assignment of what another name, or a part of it, holds; in a loop."""

    variable: Variable
    source: Variable
    block: BlockIndex


def is_accepted(body: Body, place: str, events: Sequence[Event]) -> bool:
    """Whether loops decide, for each of some calls, if a name is rebound to what it returned.

    Args:
        body: where the name is used.
        place: the name, as written.
        events: the calls that have superseded what it held.
    """
    assignments = [each for each in _assignments(body) if each.variable.name == place]
    return bool(assignments) and all(
        event.body != body.name or _is_decided(body, event, assignments) for event in events
    )


def _assignments(body: Body) -> Iterator[Assignment]:
    for block in body.blocks:
        if block.loop is None:
            continue
        # `state, params = new_state, new_params` unpacks what it has built.
        parts: dict[Temporary, Temporary] = {}
        written: set[Variable] = set()
        found: list[Assignment] = []
        for operation in block.operations:
            if isinstance(operation, Unpack) and not operation.rest:
                if isinstance(operation.node, ast.pattern):
                    continue  # a match looks at what is there, and accepts nothing
                built = body.parts.get(operation.source, ())
                if operation.position < len(built):
                    parts[operation.target] = built[operation.position]
            elif isinstance(operation, WriteVariable):
                written.add(operation.variable)
                place = body.places.get(parts.get(operation.source, operation.source))
                if place is not None and place.variable != operation.variable:
                    assignment = Assignment(operation.variable, place.variable, block.index)
                    if operation.source in parts:
                        found.append(assignment)
                    else:
                        yield assignment
        # Names that only trade places accept nothing.
        yield from (each for each in found if each.source not in written)


def _is_decided(body: Body, event: Event, assignments: Sequence[Assignment]) -> bool:
    """Whether a loop around both a call and one of some assignments may leave out the latter."""
    block, number = divmod(event.operation, BLOCK_STRIDE)
    around_call = loops_around(body, block)
    made = _made_of(body, block, number)
    for assignment in assignments:
        around = loops_around(body, assignment.block)
        loop = next((each for each in around_call if each in around), None)
        if (
            loop is not None
            and assignment.source in made
            and _goes_on_without(body, loop, assignment.variable, block, number)
        ):
            return True
    return False


def _made_of(body: Body, block: BlockIndex, number: int) -> set[Variable]:
    """The names that may hold what an operation has made, or something that is made of it."""
    temporaries = {getattr(body.blocks[block].operations[number], "target", None)}
    variables: set[Variable] = set()
    operations = [operation for block in body.blocks for operation in block.operations]
    size = -1
    while size != len(temporaries) + len(variables):
        size = len(temporaries) + len(variables)
        for operation in operations:
            target = getattr(operation, "target", None)
            read = temporaries_read(operation)
            if getattr(operation, "variable", None) in variables:
                temporaries.add(target)
            elif not temporaries.isdisjoint(read):
                temporaries.add(target)
                holder: Temporary | None = None
                if isinstance(operation, WriteVariable):
                    variables.add(operation.variable)
                elif isinstance(operation, WriteAttribute | WriteItem):
                    holder = operation.base
                elif isinstance(operation, Call):
                    holder = operation.callee  # of a method: its receiver may hold it now
                place = None if holder is None else body.places.get(holder)
                if place is not None:
                    variables.add(place.variable)
            temporaries.discard(None)
    return variables


def _goes_on_without(
    body: Body, loop: int, variable: Variable, block: BlockIndex, number: int
) -> bool:
    """Whether a turn may end, or the loop be left, with a name as it was at an operation.

    What is raised out of the loop decides nothing.
    """
    waiting = [(block, number)]
    seen = {block}
    while waiting:
        block, number = waiting.pop()
        at_work = body.blocks[block]
        is_rebound = any(
            isinstance(operation, WriteVariable) and operation.variable == variable
            for operation in at_work.operations[number + 1 :]
        )
        raised = {at_work.handler, getattr(at_work.terminator, "reraised", None)}
        for following in successors(at_work):
            is_inside = loop in loops_around(body, following)
            if (is_rebound and following != at_work.handler) or (
                not is_inside and following in raised
            ):
                continue
            if not is_inside or following == body.loops[loop].header:
                return True
            if following not in seen:
                seen.add(following)
                waiting.append((following, -1))
    return False


def is_choice(body: ast.AST, use: ast.AST, place: str, newest: str) -> bool:
    """Whether a use stands in an assignment to the old place of something made of old and new.

    Args:
        body: the function around it.
        use: the expression.
        place: the old place, as written.
        newest: the place of the newest value, as written.
    """
    for statement in ast.walk(body):
        if isinstance(statement, ast.Assign) and [*map(ast.unparse, statement.targets)] == [place]:
            inside = list(ast.walk(statement.value))
            if any(node is use for node in inside):
                return any(
                    isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) == newest
                    for node in inside
                )
    return False
