"""Which of several affine arguments a call's result takes the place of.

Of a callee whose body can't be read it is known, or shown by evidence, that it returns something
newer.  If it is given one affine object, that one is superseded.  If it is given two and returns
two, both are.  But where fewer come out than go in, the names must tell.

Worked example.  In `state, y = TABLE[name](state, reference)` two States go in and one comes out,
which gets the name `state`.  So it takes the place of `state`, and `reference` is as good as
before.  So it is with `new_state, y = ...`, a name that tells of `state`.

Limits: where the result gets a name that tells of none of them, `out = choose(state, reference)`,
nobody is said to be superseded.  What is in a container, or in a field of an object, is not
counted: then all of them are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mypy_eqxstate.contracts.model import Effect
from mypy_eqxstate.flow.arguments import Actual
from mypy_eqxstate.flow.evidence import is_namesake, shown_shape
from mypy_eqxstate.flow.heap import ClassKnowledge
from mypy_eqxstate.flow.values import Origin
from mypy_eqxstate.ir import model as ir
from mypy_eqxstate.oracle.shapes import AffineShape, Shape, TupleShape, UnionShape, UnknownShape

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis

# With each effect, whether something newer of the argument's class is kept.
ArgumentEffects = list[tuple[Actual, Effect, bool]]


def only_heirs(
    analysis: BodyAnalysis, effects: ArgumentEffects, shape: Shape, origin: Origin
) -> ArgumentEffects:
    """The effects of a call, with those arguments borrowed of which nothing newer comes back.

    Args:
        analysis: of the body, at the call.
        effects: as they are if each argument has an heir.
        shape: of the result, as far as it is declared.
        origin: of the result.
    """
    superseded = [a for a, effect, _ in effects if effect is Effect.SUPERSEDE and a.is_affine]
    if len({item for actual in superseded for item in actual.binding.objects}) < 2:
        return effects
    classes = analysis.module.classes
    if isinstance(shape, UnknownShape):
        shown = classes.promoted.in_body(origin.body)
        newer: int | None = sum(found.operation == origin.operation for found in shown)
    else:
        newer = _newer_parts(classes, shown_shape(classes, origin, shape))
    if newer is None or newer >= len(superseded):
        return effects
    names = _names_of_result(analysis)
    left_alone = [actual for actual in superseded if not _tells_of(names, actual)]
    return [
        (actual, Effect.BORROW, False) if actual in left_alone else (actual, effect, kept)
        for actual, effect, kept in effects
    ]


def _newer_parts(classes: ClassKnowledge, shape: Shape) -> int | None:
    """How many affine objects come out of a call; None if that can't be counted."""
    if isinstance(shape, AffineShape):
        return 1
    if isinstance(shape, TupleShape):
        parts = [_newer_parts(classes, item) for item in shape.items]
        return None if None in parts else sum(part or 0 for part in parts)
    if isinstance(shape, UnionShape):
        return max((_newer_parts(classes, item) or 0 for item in shape.items), default=0)
    return None if classes.affine_classes_in(shape) else 0


def _names_of_result(analysis: BodyAnalysis) -> Sequence[str]:
    """The names that the result of the call at work, and parts of it, are bound to next."""
    block, number = analysis.position
    operations = analysis.body.blocks[block].operations
    results = {getattr(operations[number], "target", None)}
    names: list[str] = []
    for operation in operations[number + 1 :]:
        source = operation.base if isinstance(operation, ir.ReadItem) else None
        if isinstance(operation, ir.Unpack | ir.Await | ir.WriteVariable | ir.WriteAttribute):
            source = operation.source
        if source is None or source not in results:
            continue
        if isinstance(operation, ir.Unpack | ir.Await | ir.ReadItem):
            results.add(operation.target)
        elif isinstance(operation, ir.WriteVariable):
            names.append(operation.variable.name)
        elif isinstance(operation, ir.WriteAttribute):
            names.append(operation.name)
    return names


def _tells_of(names: Sequence[str], actual: Actual) -> bool:
    stem = actual.text.rpartition(".")[2]
    return any(name == stem or is_namesake(name, stem) for name in names)
