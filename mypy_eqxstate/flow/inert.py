"""Calls that have nothing to do with ownership, told at a glance.

Most calls of a training program are `print(loss)`, `jnp.mean(y)` or `len(batches)`.  To match their
arguments with parameters and to put them into words for messages would be most of the work of an
analysis.  A call is *inert* if

- what is called is a name of another module, and what is known of it says that it neither stores
  nor calls what it is given, takes no affine object, and gives back plain data or None: its row in
  the library table, its signature, or the type of the very call;
- no argument is affine, holds something affine, is a callable or has been superseded.

Its result is then plain, and nothing else happens.

Example.  In `print(loss, jnp.mean(y))` both calls are inert, `print(state)` is not.

Limit: a callee of this module is never inert, because its body is looked at for each kind of
arguments that it is called with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mypy_eqxstate.contracts.model import Effect, Nothing, Row, TransformContract, Typed
from mypy_eqxstate.flow.bindings import ALIVE, Binding, one
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.results import typed_call
from mypy_eqxstate.flow.values import (
    HOLDING_NOTHING,
    NONE_VALUE,
    PLAIN_VALUE,
    Object,
    Symbol,
)
from mypy_eqxstate.fullnames import NEW_TYPE
from mypy_eqxstate.ir import model as ir
from mypy_eqxstate.oracle.shapes import (
    PLAIN,
    UNKNOWN,
    AffineShape,
    CallableShape,
    Mode,
    NoneShape,
    PlainShape,
    Shape,
    Signature,
)

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis
    from mypy_eqxstate.flow.module import ModuleAnalysis

_PLAIN_RESULTS: Final = (PlainShape, NoneShape)


class InertCallees:
    """Which callees of other modules can be inert, remembered for one module.

    Args:
        module: the module whose bodies call them.
    """

    def __init__(self, module: ModuleAnalysis) -> None:
        self._module = module
        self._known: dict[str, Shape | None] = {}

    def result(self, full_name: str) -> Shape | None:
        """What a callee gives back if nothing affine is given to it.

        Args:
            full_name: the callee's.

        Returns:
            the shape of plain data or of None; UNKNOWN if only the call itself can tell; None if
            the callee is not inert.
        """
        if full_name not in self._known:
            self._known[full_name] = self._find(full_name)
        return self._known[full_name]

    def _find(self, full_name: str) -> Shape | None:
        module = self._module
        row = module.row(full_name)
        if row is not None:
            return _result_of_row(row)
        definitions = module.definitions
        if full_name == NEW_TYPE or definitions.defines(full_name):
            return None
        if module.classes.info(full_name) is not None:
            return UNKNOWN
        declaration = module.oracle.declaration(full_name)
        signatures = () if declaration is None else declaration.signatures
        if not signatures or not all(map(_takes_nothing_affine, signatures)):
            return None
        results = {signature.result for signature in signatures}
        if len(results) == 1 and isinstance(signatures[0].result, _PLAIN_RESULTS):
            return signatures[0].result
        return UNKNOWN


def _result_of_row(row: Row) -> Shape | None:
    if isinstance(row, TransformContract) or row.stores or row.calls:
        return None
    if any(parameter.effect > Effect.BORROW for parameter in row.parameters):
        return None
    if isinstance(row.result, Nothing):
        return PLAIN
    return UNKNOWN if isinstance(row.result, Typed) else None


def _takes_nothing_affine(signature: Signature) -> bool:
    return not any(
        isinstance(parameter.shape, AffineShape) or parameter.mode is not Mode.UNSPECIFIED
        for parameter in signature.parameters
    )


def inert_result(analysis: BodyAnalysis, memory: Memory, op: ir.Call) -> Binding | None:
    """What an inert call gives back; None if the call is not inert.

    Args:
        analysis: the body at work.
        memory: what holds before the call; unchanged.
        op: the call.
    """
    callee = analysis.read(memory, op.callee)
    if len(callee.values) != 1 or callee.marks is not ALIVE:
        return None
    (value,) = callee.values
    if type(value) is not Symbol:
        return None
    result = analysis.module.inert_callees.result(value.full_name)
    if result is None or op.node in analysis.module.decorators:
        return None
    for argument in op.arguments:
        if not _is_inert(analysis, memory, analysis.read(memory, argument.source)):
            return None
    if result is UNKNOWN:
        result = typed_call(analysis, op.node)
    if isinstance(result, PlainShape):
        return one(PLAIN_VALUE)
    return one(NONE_VALUE) if isinstance(result, NoneShape) else None


def _is_inert(analysis: BodyAnalysis, memory: Memory, binding: Binding) -> bool:
    """Whether nothing in an argument is affine, callable or superseded."""
    if binding.marks is not ALIVE:
        return False
    objects = False
    for value in binding.values:
        if type(value) is Object:
            if value.is_affine or isinstance(value.shape, CallableShape):
                return False
            objects = True
        elif type(value) not in HOLDING_NOTHING:
            return False
    return not objects or not analysis.ownership.holdings.classes(memory, binding)
