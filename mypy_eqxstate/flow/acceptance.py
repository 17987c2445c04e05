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

And where one statement rebinds the name to either, or to something that is made of both, it
chooses, in a loop or not:

    state = new_state if ok else state
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
    Alias,
    BlockIndex,
    Body,
    Call,
    Place,
    Temporary,
    Unpack,
    Variable,
    WriteAttribute,
    WriteItem,
    WriteVariable,
)


class Rebinding(NamedTuple):
    """Where a name gets another value.

    Attributes:
        variable: the name.
        source: the name that holds the value, or the whole that it is a part of; None if none does.
        block: where it is decided: of a conditional expression, the block of its arm.
        number: of the operation there.
        is_choice: the same statement may leave the name as it is.
    """

    variable: Variable
    source: Variable | None
    block: BlockIndex
    number: int
    is_choice: bool


def is_accepted(body: Body, place: str, events: Sequence[Event]) -> bool:
    """Whether it is decided, for each of some calls, if a name is rebound to what it returned.

    Args:
        body: where the name is used.
        place: the name, as written.
        events: the calls that have superseded what it held.
    """
    rebindings = [each for each in _rebindings(body) if each.variable.name == place]
    accepting = [each for each in rebindings if each.source not in (None, each.variable)]
    return bool(accepting) and all(
        any(body.blocks[each.block].loop is not None for each in accepting)
        if event.body != body.name
        else _is_decided(body, event, accepting, rebindings)
        for event in events
    )


class _Origins:
    """What the temporaries of a body are other ones for.

    Args:
        body: with the temporaries.
    """

    def __init__(self, body: Body) -> None:
        self._body = body
        # Of the value of a conditional expression: that of each arm, and the block of the arm.
        self._arms: dict[Temporary, list[tuple[Temporary, BlockIndex]]] = {}
        # `state, params = new_state, new_params` unpacks what it has built.
        self.unpacked: dict[Temporary, Unpack] = {}
        for block in body.blocks:
            for operation in block.operations:
                if isinstance(operation, Alias):
                    arm = operation.source, block.index
                    self._arms.setdefault(operation.target, []).append(arm)
                # A match looks at what is there, and accepts nothing.
                elif isinstance(operation, Unpack) and not (
                    operation.rest or isinstance(operation.node, ast.pattern)
                ):
                    self.unpacked[operation.target] = operation

    def of(self, temporary: Temporary, at: BlockIndex) -> Iterator[tuple[Temporary, BlockIndex]]:
        """What a temporary may be, and in which block that is decided."""
        part = self.unpacked.get(temporary)
        if temporary in self._arms:
            for source, decided_at in self._arms[temporary]:
                yield from self.of(source, decided_at)
        elif part is not None:
            for whole, decided_at in self.of(part.source, at):
                built = self._body.parts.get(whole, ())
                if part.position < len(built):
                    yield from self.of(built[part.position], decided_at)
                else:
                    yield temporary, decided_at
        else:
            yield temporary, at


def _rebindings(body: Body) -> Iterator[Rebinding]:
    origins = _Origins(body)
    for block in body.blocks:
        written = {each.variable for each in block.operations if isinstance(each, WriteVariable)}
        for number, operation in enumerate(block.operations):
            if not isinstance(operation, WriteVariable):
                continue
            variable = operation.variable
            found = [
                (body.places.get(temporary), at)
                for temporary, at in origins.of(operation.source, block.index)
            ]
            others = [(place, at) for place, at in found if place != Place(variable)]
            for place, at in others:
                source = None if place is None else place.variable
                if operation.source in origins.unpacked and source in written:
                    source = None  # names that only trade places accept nothing
                where = number if at == block.index else len(body.blocks[at].operations)
                yield Rebinding(variable, source, at, where, len(others) < len(found))


def _is_decided(
    body: Body, event: Event, accepting: Sequence[Rebinding], rebindings: Sequence[Rebinding]
) -> bool:
    """Whether a loop around both a call and one of some rebindings may leave out the latter.

    One that is a choice decides by itself.
    """
    block, number = divmod(event.operation, BLOCK_STRIDE)
    around_call = loops_around(body, block)
    made: dict[int | None, set[Variable]] = {}
    for rebinding in accepting:
        around = loops_around(body, rebinding.block)
        loop = next((each for each in around_call if each in around), None)
        if loop is None and not rebinding.is_choice:
            continue
        if loop not in made:
            made[loop] = _made_of(body, loop, block, number)
        if rebinding.source in made[loop] and (
            rebinding.is_choice
            or (loop is not None and _goes_on_without(body, loop, rebindings, block, number))
        ):
            return True
    return False


def _made_of(body: Body, loop: int | None, block: BlockIndex, number: int) -> set[Variable]:
    """The names that may hold, in a loop, what an operation has made, or what is made of it."""
    temporaries = {getattr(body.blocks[block].operations[number], "target", None)}
    variables: set[Variable] = set()
    operations = [
        operation
        for inner in body.blocks
        if loop is None or loop in loops_around(body, inner.index)
        for operation in inner.operations
    ]
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
    body: Body, loop: int, rebindings: Sequence[Rebinding], block: BlockIndex, number: int
) -> bool:
    """Whether a turn may end, or the loop be left, with a name as it was at an operation.

    What is raised out of the loop decides nothing.

    Args:
        body: with the loop.
        loop: around the operation.
        rebindings: of the name.
        block: of the operation.
        number: of the operation in its block.
    """
    waiting = [(block, number)]
    seen = {block}
    while waiting:
        block, number = waiting.pop()
        at_work = body.blocks[block]
        is_rebound = any(each.block == block and each.number > number for each in rebindings)
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
    if newest == place:
        return False  # another path has put it there: this statement is given one of the two
    for statement in ast.walk(body):
        if isinstance(statement, ast.Assign) and [*map(ast.unparse, statement.targets)] == [place]:
            inside = list(ast.walk(statement.value))
            if any(node is use for node in inside):
                return any(
                    isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) == newest
                    for node in inside
                )
    return False
