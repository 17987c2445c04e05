"""Calls that only prepare: of a generator function, and of an `async` one that is kept.

Such a call makes a value that remembers the function and its arguments (`suspend`).  It runs when
it is iterated, awaited or passed on, all of it at once (`run_suspended`); then whoever holds it
holds something of which nothing is known.

Worked example.  After `later = bump(state)` the State is as good as before.  It is consumed where
`await later` stands, or `gather(later, other)`.

Limits.  An `async` call is taken to be kept where it is bound to a name.  Anywhere else it runs at
once: where it is awaited right there, passed on, or put into a display.  One that is kept runs at
the latest where it is returned, or stored in something else.  What is given under a star runs at
once, too.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mypy_eqxstate.flow.alternatives import branch, rejoin
from mypy_eqxstate.flow.arguments import Actual
from mypy_eqxstate.flow.bindings import Binding, one
from mypy_eqxstate.flow.effects import CallSite
from mypy_eqxstate.flow.guards import ALWAYS, excluded
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.places import format_key
from mypy_eqxstate.flow.values import UNKNOWN_VALUE, Function, Suspended
from mypy_eqxstate.ir import model as ir
from mypy_eqxstate.oracle.shapes import UNKNOWN, TupleShape

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis


def is_generator(analysis: BodyAnalysis, function: Function) -> bool:
    """Whether a call of a function makes a generator."""
    return analysis.module.home(function.node).is_generator(function.node)


def is_coroutine(function: Function) -> bool:
    """Whether a call of a function is to be awaited."""
    return isinstance(function.node, ast.AsyncFunctionDef)


def suspend(
    analysis: BodyAnalysis, memory: Memory, function: Function, actuals: Sequence[Actual]
) -> Suspended | None:
    """What a call prepares; None if what it is given can't be told exactly."""
    if any(actual.splat or actual.copied_by for actual in actuals):
        return None
    arguments = analysis.heap.new_record(
        memory,
        analysis.origin(ir.Item("arguments")),
        TupleShape((UNKNOWN,) * len(actuals)),
        {ir.Item(number): actual.binding for number, actual in enumerate(actuals)},
    )
    return Suspended(
        function,
        arguments,
        tuple(actual.name for actual in actuals),
        tuple(_place_of(analysis, actual) for actual in actuals),
        analysis.origin(),
    )


def _place_of(analysis: BodyAnalysis, actual: Actual) -> ir.Place | None:
    if actual.temporary is None:
        return None
    place = analysis.body.places.get(actual.temporary)
    return None if place is None else ir.Place(place.variable, (*place.path, *actual.path))


def run_suspended(
    analysis: BodyAnalysis,
    memory: Memory,
    binding: Binding,
    node: ast.AST,
    destination: ir.Destination = ir.KEPT,
) -> Binding:
    """Run what has only been prepared: somebody iterates or awaits it now.

    Args:
        analysis: of the body at work.
        memory: changed.
        binding: what is iterated or awaited.
        node: where.
        destination: which parts of the result are kept.

    Returns:
        what it gives; the same binding if nothing in it was waiting.
    """
    if Suspended not in map(type, binding.values):
        return binding
    outcomes: list[tuple[Memory, Binding]] = []
    possible = [each for each in binding.values.items() if not excluded(each[1], memory.facts)]
    possible = possible or [*binding.values.items()]
    starts: list[int] = []
    for number, (value, guard) in enumerate(possible):
        starts.append(len(analysis.found_now.problems))
        taken = memory
        if len(possible) > 1:
            taken = branch(analysis, memory, guard, number)
        result = Binding({value: ALWAYS}, binding.marks)
        if isinstance(value, Suspended) and isinstance(value.function, Function):
            result = _run(analysis, taken, value, value.function, node, destination)
            taken.end(value.origin)
        outcomes.append((taken, result))
    if len(possible) > 1:
        analysis.found_now.weaken_alternatives(starts)
    return rejoin(analysis, memory, outcomes)


def run_in_place(
    analysis: BodyAnalysis, memory: Memory, temporary: ir.Temporary, node: ast.AST
) -> None:
    """A temporary is passed on: what it holds runs now, and it holds what comes of that."""
    binding = memory.bindings.get(temporary)
    if binding is not None:
        memory.bindings[temporary] = run_suspended(analysis, memory, binding, node)


def run_coroutines(
    analysis: BodyAnalysis, memory: Memory, temporary: ir.Temporary, node: ast.AST
) -> None:
    """A value is handed out, or stored where it can't be followed: its coroutines run by then."""
    binding = memory.bindings.get(temporary)
    if binding is not None and any(
        isinstance(value, Suspended)
        and isinstance(value.function, Function)
        and is_coroutine(value.function)
        and not is_generator(analysis, value.function)
        for value in binding.values
    ):
        run_in_place(analysis, memory, temporary, node)


def _run(
    analysis: BodyAnalysis,
    memory: Memory,
    value: Suspended,
    function: Function,
    node: ast.AST,
    destination: ir.Destination,
) -> Binding:
    text = function.name.rpartition(".")[2]
    passed = [
        Actual(
            analysis.heap.read(memory, value.arguments, ir.Item(number)) or one(UNKNOWN_VALUE),
            None,
            _text(place) or text,
            node,
            name,
            place=place,
            number=number,
        )
        for number, (name, place) in enumerate(zip(value.names, value.places, strict=True))
    ]
    site = CallSite(node, text, destination, UNKNOWN, False)
    return analysis.calls.bodies.run(site, memory, function, passed)


def _text(place: ir.Place | None) -> str:
    return "" if place is None else place.variable.name + "".join(map(format_key, place.path))
