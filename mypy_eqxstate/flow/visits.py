"""One visit of a block: its operations on a copy of its entry memory, and what each edge gets.

An operation may show what something is that an earlier one has made (`flow/evidence.py`), and then
the earlier one would have been carried out differently.  Mostly that is the last call: it returns
something of which nothing is known, and the name that it gets tells.  On the first visit of a
block nobody else has seen the result yet, so the visit goes back to that call, and all is as if it
had been known from the beginning.  What else is shown counts when the body is solved anew
(`BodyAnalysis.run`).

Worked example.  In `x, state = layer(x, state)` nothing is known of `layer`:

    t1 = call layer(x, state)     an unknown object; `state` is borrowed
    t2, t3 = unpack t1
    state = t3                    t3 takes the name of a State, so it is one: back to the call
    t1 = call layer(x, state)     returns something with a State; `state` is superseded

Limit: a visit goes back to one call only, the last one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from mypy_eqxstate.flow.bindings import one
from mypy_eqxstate.flow.edges import assume
from mypy_eqxstate.flow.evidence import note_declared
from mypy_eqxstate.flow.explain import BLOCK_STRIDE
from mypy_eqxstate.flow.matching import always_matches
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.problems import Misuse
from mypy_eqxstate.flow.suspended import run_coroutines
from mypy_eqxstate.flow.values import NONE_VALUE, Origin
from mypy_eqxstate.fullnames import SUPPRESS
from mypy_eqxstate.ir import model as ir

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis

Passed = tuple[int, int, Memory]


@dataclass(slots=True)
class _Before:
    """What there was before a call, to go back to it.

    Attributes:
        number: the call, in its block.
        memory: what held.
        changed: whether that differs from the last of `raising`.
        raising: how many memories there were with which an operation may raise.
        found: what was found.
        observed: what was observed.
    """

    number: int
    memory: Memory
    changed: bool
    raising: int
    found: tuple[int, int, int, int]
    observed: tuple[int, int]


def visit(analysis: BodyAnalysis, block: ir.Block, state: Memory) -> Iterator[Passed]:
    """Run the operations of a block.

    Args:
        analysis: of the body; gets what the visit finds.
        block: of that body.
        state: the memory at its entry, which is left as it is.

    Yields:
        the states that it passes on: where to, from which operation, and the memory.
    """
    size = len(state.bindings) + sum(map(len, state.fields.values()))
    analysis.module.spend(size * len(block.operations))
    memory = state.copy()
    is_first = analysis.begin_visit(block.index)
    observer = analysis.observer
    if observer is not None:
        observer.visit(block.index)
    changed = True
    raising: list[Memory] = []
    names = analysis.module.definitions.names if analysis.is_module else None
    handled, in_loop = block.handler is not None, block.loop is not None
    operations = block.operations
    endings = analysis.prepared.lifetimes.ending[block.index]
    before_call: _Before | None = None
    shown = len(analysis.evidence)
    number = 0
    while number < len(operations):
        operation = operations[number]
        analysis.position = (block.index, number)
        if is_first and type(operation) is ir.Call:
            before_call = _Before(
                number,
                memory.copy(),
                changed,
                len(raising),
                analysis.found_now.size(),
                (0, 0) if observer is None else observer.size(),
            )
        if names is not None:
            names.proceed(memory, analysis.heap)
        if handled and changed and _may_raise(analysis, operation):
            raising.append(memory.copy())
            changed = False
        memory.aged = not in_loop
        if in_loop:
            analysis.forget_call_conditions(memory)
            if isinstance(operation, _ALLOCATING):
                analysis.heap.age(memory, analysis.body.name, analysis.operation_number)
        before = memory.version
        analysis.carry_out(memory, operation)
        if len(analysis.evidence) != shown:
            new = list(islice(analysis.evidence, shown, None))
            shown = len(analysis.evidence)
            if before_call is not None and _is_made_by(analysis, before_call.number, new):
                analysis.counted.update(new)
                number, changed = before_call.number, before_call.changed
                memory = before_call.memory
                del raising[before_call.raising :]
                analysis.found_now.cut(before_call.found)
                if observer is not None:
                    observer.cut(before_call.observed)
                continue
        if observer is not None:
            observer.look(memory, operation)
        changed = changed or memory.version != before
        for temporary in endings[number]:
            memory.bindings.pop(temporary, None)
        if analysis.dead_end:
            if block.handler is not None:
                raising.append(memory)
                yield _over_edge(analysis, block.handler, analysis.join_all(raising))
            return
        number += 1
    if block.handler is not None and raising:
        yield _over_edge(analysis, block.handler, analysis.join_all(raising))
    analysis.position = (block.index, len(operations))
    yield from _leave(analysis, block, memory)


def _is_made_by(analysis: BodyAnalysis, number: int, shown: Sequence[Origin]) -> bool:
    """Whether all that something was shown of was made by one operation of the block at work.

    Args:
        analysis: of the body.
        number: the operation.
        shown: where it comes from; empty if a recursive call has made something forgotten.
    """
    operation = analysis.position[0] * BLOCK_STRIDE + number
    return bool(shown) and all(origin.operation == operation for origin in shown)


def _over_edge(analysis: BodyAnalysis, block: ir.BlockIndex, memory: Memory) -> Passed:
    """A memory as it goes over an edge: without what nobody reads there.

    What is affine itself does no harm in a name that is bound anew, and tells of its class.  The
    name of what is affine, or holds something affine, may be what a message speaks of, but for `_`.
    """
    live = analysis.prepared.lifetimes.live[block]
    for root in [r for r in memory.bindings if type(r) is int and r not in live]:
        del memory.bindings[root]
    unread = analysis.prepared.unread.get(block)
    if unread is not None:
        for variable in unread.rebound.intersection(memory.bindings):
            held = memory.bindings[variable]
            if variable.name == "_" or any(not item.is_affine for item in held.objects):
                del memory.bindings[variable]
        for variable in unread.dead.intersection(memory.bindings):
            held = memory.bindings[variable]
            if variable.name == "_" or not analysis.ownership.holdings.classes(memory, held):
                del memory.bindings[variable]
    if memory.fields:
        memory.drop_unreachable()
    return block, analysis.operation_number, memory


def _leave(analysis: BodyAnalysis, block: ir.Block, memory: Memory) -> Iterator[Passed]:
    """What the terminator of a block does."""
    terminator = block.terminator
    if isinstance(terminator, ir.Jump):
        yield _over_edge(analysis, terminator.block, memory)
    elif isinstance(terminator, ir.Branch):
        yield from _branch(analysis, block, terminator, memory)
    elif isinstance(terminator, ir.Suppress):
        if _swallows_exceptions(analysis, terminator.context):
            yield _over_edge(analysis, terminator.swallowed, memory.copy())
        if terminator.reraised is not None:
            yield _over_edge(analysis, terminator.reraised, memory)
    elif isinstance(terminator, ir.Return):
        source = terminator.source
        binding = one(NONE_VALUE)
        if source is not None:
            run_coroutines(analysis, memory, source, terminator.node)
            if not analysis.is_module:
                note_declared(analysis, memory, source)
                analysis.use(memory, source, misuse=Misuse.USED)
            binding = analysis.read(memory, source)
        for root in [r for r in memory.bindings if type(r) is int]:
            del memory.bindings[root]
        memory.facts = memory.facts | {("return", analysis.operation_number)}
        analysis.found_now.returned.append((memory, binding))


def _branch(
    analysis: BodyAnalysis, block: ir.Block, branch: ir.Branch, memory: Memory
) -> Iterator[Passed]:
    subject = branch.subject
    if subject is not None and always_matches(
        analysis, memory, analysis.read(memory, subject), branch.node
    ):
        yield _over_edge(analysis, branch.then, memory)
        return
    question = analysis.prepared.undecided.get(block.index)
    if question is not None and block.loop is not None:
        memory.forget_conditions(frozenset({question}))
    for target, facts, holds in (
        (branch.then, branch.then_facts, True),
        (branch.otherwise, branch.otherwise_facts, False),
    ):
        taken = memory.copy() if target == branch.then else memory
        if question is not None:
            taken.facts |= {(question, holds)}
        if assume(taken, facts):
            yield _over_edge(analysis, target, taken)


def _may_raise(analysis: BodyAnalysis, operation: ir.Operation) -> bool:
    """Whether an operation may raise; the end of a `suppress` only lets through what did."""
    if isinstance(operation, ir.Exit) and _is_suppress(analysis, operation.node):
        return False
    return ir.may_raise(operation)


def _swallows_exceptions(analysis: BodyAnalysis, context: ast.expr) -> bool:
    """Whether a context manager may; where there are no types, `suppress` is known by name."""
    return analysis.oracle.swallows_exceptions(context) or _is_suppress(analysis, context)


def _is_suppress(analysis: BodyAnalysis, context: ast.expr) -> bool:
    called = context.func if isinstance(context, ast.Call) else context
    return analysis.module.annotation_name(called) == SUPPRESS


# Calls, also those of `__enter__` and the like, make room for new objects themselves, between their
# effects on the arguments (one of which may be the object of the turn before) and their result.
_ALLOCATING: Final = (
    ir.Build,
    ir.Unpack,
    ir.ReadVariable,
    ir.ReadItem,
    ir.Next,
)
