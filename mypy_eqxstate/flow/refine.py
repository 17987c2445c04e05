"""Where the engine's own knowledge ends, ask the type checker.

The engine follows values itself; the oracle's type of an expression is only asked for where that
leaves something unknown: an attribute of a class that is defined elsewhere, a parameter without
evidence, a union that the type checker has narrowed.
"""

from __future__ import annotations

import ast
from collections.abc import Container

from mypy_eqxstate.flow.bindings import Binding
from mypy_eqxstate.flow.guards import Guard
from mypy_eqxstate.flow.heap import ClassKnowledge, values_of_shape
from mypy_eqxstate.flow.values import NONE_VALUE, PLAIN_VALUE, Object, Origin, Unknown, Value
from mypy_eqxstate.oracle.protocol import Oracle
from mypy_eqxstate.oracle.shapes import (
    AffineShape,
    NoneShape,
    PlainShape,
    Shape,
    UnionShape,
    UnknownShape,
)


def refined(
    binding: Binding,
    node: ast.expr,
    oracle: Oracle,
    classes: ClassKnowledge,
    origin: Origin,
    given: Container[int] = (),
) -> Binding:
    """A binding without the values that the type checker excludes at a node.

    Args:
        binding: what the engine knows.
        node: the expression whose value it is.
        oracle: the type checker's answers.
        classes: what is known of classes.
        origin: names an object that becomes known only now.
        given: calls that were given something affine and do not know what they return.  That there
            is nothing affine in it, only a wrong annotation can say.

    Returns:
        the same binding if nothing is gained; ask `may_be_refined` first.
    """
    several = len(binding.values) > 1
    shape = oracle.shape(node)
    values: dict[Value, Guard] = {}
    changed = False
    for value, guard in binding.values.items():
        if _is_open(value):
            if isinstance(value, Object):
                class_name = classes.promoted.get(value.origin)
                if class_name is not None:
                    values[Object(value.origin, AffineShape(class_name), value.recent)] = guard
                    changed = True
                    continue
                origin_here, recent = value.origin, value.recent
            else:
                origin_here, recent = origin, True
            doubtful = isinstance(shape, PlainShape) and origin_here.operation in given
            if not isinstance(shape, UnknownShape) and not doubtful:
                for exact in values_of_shape(shape, origin_here, recent):
                    values[exact] = guard
                shown = _shown(shape, origin_here.operation in given)
                if shown is not None and not origin_here.is_input:
                    # The call that made it is told in the next round what it has returned.
                    classes.promoted.note(origin_here, shown.class_name)
                changed = True
                continue
        elif several and (
            (isinstance(shape, AffineShape) and value in (NONE_VALUE, PLAIN_VALUE))
            or (isinstance(shape, NoneShape) and value != NONE_VALUE)
        ):
            changed = True
            continue
        values[value] = guard
    return Binding(values, binding.marks) if changed and values else binding


def _shown(shape: Shape, was_given: bool) -> AffineShape | None:
    """The affine shape that a declaration shows of what a call has returned.

    `State | None` shows a State only of a call that was given one: what replaces a State is one,
    but what comes from nowhere may well be missing.
    """
    if isinstance(shape, UnionShape) and was_given:
        present = [item for item in shape.items if not isinstance(item, NoneShape)]
        shape = present[0] if len(present) == 1 else shape
    return shape if isinstance(shape, AffineShape) else None


def may_be_refined(binding: Binding) -> bool:
    """Whether there is anything about a binding that the type checker may know better."""
    if len(binding.values) != 1:
        return bool(binding.values)
    return _is_open(next(iter(binding.values)))


def _is_open(value: Value) -> bool:
    if isinstance(value, Object):
        return isinstance(value.shape, UnknownShape)
    return isinstance(value, Unknown)
