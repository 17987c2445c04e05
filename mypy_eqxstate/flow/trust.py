"""When the signature of a function in another module counts more than its body.

The body of another module is solved without the type checker's types.  Where that leaves a part
of the result unknown which is declared to be affine, the summary would lose the newer object, and
with it what the call supersedes; the signature says at least that.

Worked example.  `def forward(self, x, state: State) -> tuple[Array, State]: return
self.backend.run(x, state)`, of whose `backend` nothing is known: the summary's result is unknown,
the declared one holds a State.

Neither is there a need of the body where the signature leaves nothing to say.  A function that is
given nothing affine, and no callable, can only make new objects.  If what it declares to return is
known, and has one affine part at most, no two parts of it can be the same object either:
`def load(name: str) -> tuple[Net, State]` makes a new State, however it does it.

Limits: a State that such a function keeps in a global and returns twice is taken for two; so is one
that it returns and also stores in a field of the `Net`, if that class does not say so.
"""

from __future__ import annotations

from mypy_eqxstate.contracts.summaries import Summary
from mypy_eqxstate.flow.bindings import Binding
from mypy_eqxstate.flow.heap import ClassKnowledge
from mypy_eqxstate.flow.values import UNKNOWN_VALUE, Object
from mypy_eqxstate.ir.model import Item
from mypy_eqxstate.oracle.shapes import (
    AffineShape,
    CallableShape,
    ClassShape,
    ContainerShape,
    InstanceShape,
    Shape,
    Signature,
    TupleShape,
    UnionShape,
    UnknownShape,
)


def says_all(signature: Signature, classes: ClassKnowledge) -> bool:
    """Whether there is no more to know of what a call returns that is given nothing affine.

    Args:
        signature: what the definition declares.
        classes: what is known of classes.
    """
    return (
        signature.annotated
        and _is_known(signature.result, classes)
        and _affine_parts(signature.result, classes) <= 1
    )


def _is_known(declared: Shape, classes: ClassKnowledge) -> bool:
    """Whether a declared shape has no part that may be anything."""
    if isinstance(declared, TupleShape | UnionShape):
        return all(_is_known(item, classes) for item in declared.items)
    if isinstance(declared, ContainerShape):
        return _is_known(declared.element, classes)
    if isinstance(declared, InstanceShape):
        return classes.info(declared.class_name) is not None
    return not isinstance(declared, UnknownShape | CallableShape | ClassShape)


def _affine_parts(declared: Shape, classes: ClassKnowledge) -> int:
    """In how many parts of a declared shape something affine can be."""
    if isinstance(declared, TupleShape):
        return sum(_affine_parts(item, classes) for item in declared.items)
    return 1 if classes.affine_classes_in(declared) else 0


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


def tells_more(stored: Shape, declared: Shape, is_inferred: bool) -> bool:
    """Whether what a constructor leaves in a field tells more than the class says of it.

    What an annotation says outranks it.  Without one, the type checker goes by what is stored
    first, or by all that is; where that is a State, and a box with the State in it takes its place,
    it is the box.

    Args:
        stored: the shape of what is in the field in the end.
        declared: the shape of the field by the class.
        is_inferred: there is no annotation.
    """
    if isinstance(declared, UnknownShape):
        return not isinstance(stored, UnknownShape)
    return is_inferred and may_be_affine(declared) and isinstance(stored, InstanceShape)


def may_be_affine(declared: Shape) -> bool:
    """Whether something of a declared shape is, or may be, an affine object itself."""
    if isinstance(declared, UnionShape):
        return any(map(may_be_affine, declared.items))
    return isinstance(declared, AffineShape)
