"""Operations whose syntax calls something: `with`, `await` and `yield`.

Nothing in the text of these is a call, yet a method runs (`__enter__`, `__exit__`) or a suspended
function goes on.

- `with` on a generator binds what it yields; on an affine object (`nullcontext(state)`) it binds
  the object itself; else it is a call of `__enter__`.
- `await` gives the element of a coroutine's shape, with the coroutine's own origin.
- `yield` hands a value out: that is a use, and the body's elements are all that it yields.

Limit: what is sent into a generator is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy_eqxstate.flow.bindings import Binding, merge_bindings, one
from mypy_eqxstate.flow.guards import Guard
from mypy_eqxstate.flow.heap import is_display, values_of_shape
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.suspended import run_suspended
from mypy_eqxstate.flow.values import UNKNOWN_VALUE, Object, Value
from mypy_eqxstate.ir import model as ir
from mypy_eqxstate.oracle.shapes import ContainerShape

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis


class ImplicitCalls:
    """What the syntax of one body calls without saying so."""

    def __init__(self, analysis: BodyAnalysis) -> None:
        self.analysis = analysis

    def enter(self, memory: Memory, op: ir.Enter) -> None:
        """`with context as target`: what `__enter__` returns."""
        context = self.analysis.read(memory, op.context)
        entered = run_suspended(self.analysis, memory, context, op.node)
        if entered is not context or _is_generator_that_ran(context):
            # A generator as a context manager: what it yields is what `as` binds.
            result = self.analysis.containers.items_of(memory, entered, ir.ELEMENTS)
            self.analysis.set(memory, op.target, result, op.node)
            return
        if any(isinstance(value, Object) and value.is_affine for value in context.values):
            self.analysis.set(memory, op.target, context, op.node)  # `nullcontext(state)`
            return
        result = self.analysis.calls.call_method(memory, op.context, "__enter__", op.node)
        self.analysis.set(memory, op.target, result, op.node)

    def leave(self, memory: Memory, op: ir.Exit) -> None:
        """The end of a `with`: a call of `__exit__`."""
        context = self.analysis.read(memory, op.context)
        if any(isinstance(value, Object) and value.is_affine for value in context.values):
            return
        if _is_generator_that_ran(context):
            return
        self.analysis.calls.call_method(memory, op.context, "__exit__", op.node)

    def await_value(self, memory: Memory, op: ir.Await) -> None:
        """`await source`: what the coroutine returns; one that was kept runs now."""
        kept = self.analysis.read(memory, op.source)
        binding = run_suspended(self.analysis, memory, kept, op.node, op.destination)
        values: dict[Value, Guard] = {}
        for value, guard in binding.values.items():
            if (
                isinstance(value, Object)
                and isinstance(value.shape, ContainerShape)
                and ("Coroutine" in value.shape.class_name or "Awaitable" in value.shape.class_name)
            ):
                values.update(values_of_shape(value.shape.element, value.origin, value.recent))
            else:
                values[value] = guard
        self.analysis.set(memory, op.target, Binding(values, binding.marks), op.node)

    def yield_value(self, memory: Memory, op: ir.Yield) -> None:
        """`yield source`, or `yield from source`."""
        if op.source is not None:
            self.analysis.use(memory, op.source)
            binding = self.analysis.read(memory, op.source)
            if op.delegate:
                binding = run_suspended(self.analysis, memory, binding, op.node)
                binding = self.analysis.containers.items_of(memory, binding, ir.ELEMENTS)
            self.analysis.yielded = (
                binding
                if self.analysis.yielded is None
                else merge_bindings(self.analysis.yielded, binding)
            )
        self.analysis.note_yield(memory)
        self.analysis.set(memory, op.target, one(UNKNOWN_VALUE), op.node)


def _is_generator_that_ran(context: Binding) -> bool:
    """A context manager that is a list of what a generator yields: it ran when it was called.

    That is so where what the call was given could not be told exactly (`flow/bodies.py`).
    """
    return bool(context.values) and all(
        isinstance(value, Object) and is_display(value) for value in context.values
    )
