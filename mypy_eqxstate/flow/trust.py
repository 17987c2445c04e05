"""When the signature of a function in another module counts more than its body.

The body of another module is solved without the type checker's types.  Where that leaves a part
of the result unknown which is declared to be affine, the summary would lose the newer object, and
with it what the call supersedes; the signature says at least that.

Worked example.  `def forward(self, x, state: State) -> tuple[Array, State]: return
self.backend.run(x, state)`, of whose `backend` nothing is known: the summary's result is unknown,
the declared one holds a State.
"""

from __future__ import annotations

from mypy_eqxstate.contracts.summaries import Summary
from mypy_eqxstate.flow.bindings import Binding
from mypy_eqxstate.flow.heap import ClassKnowledge
from mypy_eqxstate.flow.values import UNKNOWN_VALUE, Object
from mypy_eqxstate.ir.model import Item
from mypy_eqxstate.oracle.shapes import Shape, Signature, TupleShape, UnknownShape


def says_less(summary: Summary, signature: Signature | None, classes: ClassKnowledge) -> bool:
    """Whether a result that is declared affine is unknown to the summary.

    Args:
        summary: what the body says.
        signature: what the definition declares; None if it declares nothing.
        classes: what is known of classes.
    """
    if signature is None or summary.result is None:
        return False
    return _is_unknown(summary, summary.result, signature.result, classes)


def _is_unknown(
    summary: Summary, result: Binding, declared: Shape, classes: ClassKnowledge
) -> bool:
    if not classes.affine_classes_in(declared):
        return False
    for value in result.values:
        if value == UNKNOWN_VALUE:
            return True
        if not isinstance(value, Object):
            continue
        if isinstance(value.shape, UnknownShape):
            return True
        if isinstance(declared, TupleShape):
            fields = summary.fields.get(value, {})
            for index, part in enumerate(declared.items):
                held = fields.get(Item(index))
                if held is not None and _is_unknown(summary, held, part, classes):
                    return True
    return False
