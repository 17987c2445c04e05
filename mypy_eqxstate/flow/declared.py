"""What is passed where a signature names another affine class.

A signature counts what it takes and what it gives back by the names that it declares.  What is
passed may have another name: an object of a subclass; or anything at all where the declaration is
a type variable that the configuration names as one of affine objects, such as a tuple that holds a
State.

Worked example.  Of `step: Callable[[S, Arm], tuple[Win, S]]` nothing but the type is known, and the
call is `won, newer = step(state, arm)`.  Here `state` *is known as* `S`, so the `S` of the result
is a newer one of it (`known_as`); and that result is a State, because a State was passed for `S`
(`solved`), so that what other functions do to a State, they do to it.

Limit: a variable that two arguments solve in two ways stays unsolved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from mypy_eqxstate.flow.abstraction import MAXIMAL_DEPTH, shape_of
from mypy_eqxstate.flow.arguments import Actual
from mypy_eqxstate.flow.heap import ClassKnowledge, Heap
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import Object
from mypy_eqxstate.oracle.shapes import (
    AffineShape,
    ContainerShape,
    Shape,
    Signature,
    TupleShape,
    UnionShape,
)

Standing = tuple[Actual, str, Shape]


def standing_for(
    memory: Memory, heap: Heap, pairs: Iterable[tuple[Actual, str]], signature: Signature
) -> list[Standing]:
    """Which arguments, or parts of them, stand where another affine class is declared.

    Args:
        memory: what holds before the call.
        heap: the body's.
        pairs: the arguments and the names of the parameters that take them.
        signature: what the callee declares.

    Returns:
        the argument, the declared class or type variable, and the shape that is there instead.
    """
    declared = {
        parameter.name: parameter.shape
        for parameter in signature.parameters
        if heap.classes.affine_classes_in(parameter.shape)
    }
    found: list[Standing] = []
    for actual, name in pairs:
        if name not in declared:
            continue
        for value in actual.binding.values:
            if isinstance(value, Object):
                given = shape_of(memory, value, heap, MAXIMAL_DEPTH)
                for known_as, shape in _differences(declared[name], given, heap.classes):
                    found.append((actual, known_as, shape))
    return found


def _differences(
    declared: Shape, given: Shape, classes: ClassKnowledge
) -> Iterator[tuple[str, Shape]]:
    if isinstance(declared, AffineShape):
        held = classes.affine_classes_in(given)
        if held and declared.class_name not in held:
            yield declared.class_name, given
    elif isinstance(declared, TupleShape) and isinstance(given, TupleShape):
        for part, given_part in zip(declared.items, given.items, strict=False):
            yield from _differences(part, given_part, classes)
    elif isinstance(declared, ContainerShape):
        parts = given.items if isinstance(given, TupleShape) else ()
        if isinstance(given, ContainerShape):
            parts = (given.element,)
        for part in parts:
            yield from _differences(declared.element, part, classes)
    elif isinstance(declared, UnionShape) and classes.affine_classes_in(given).isdisjoint(
        classes.affine_classes_in(declared)
    ):
        for part in declared.items:
            yield from _differences(part, given, classes)


def known_as(standing: Iterable[Standing], actual: Actual) -> frozenset[str]:
    """The declared names that an argument, or a part of it, stands for."""
    return frozenset(name for other, name, _ in standing if other is actual)


def solved(standing: Iterable[Standing], classes: ClassKnowledge, shape: Shape) -> Shape:
    """The shape of a result with what was passed for its type variables.

    A declared class stays: a method that returns its base class need not return a subclass.
    """
    solutions: dict[str, set[Shape]] = {}
    for _, name, given in standing:
        if classes.info(name) is None:
            solutions.setdefault(name, set()).add(given)
    exact = {name: shapes.pop() for name, shapes in solutions.items() if len(shapes) == 1}
    return _substituted(shape, exact) if exact else shape


def _substituted(shape: Shape, solutions: Mapping[str, Shape]) -> Shape:
    if isinstance(shape, AffineShape):
        return solutions.get(shape.class_name, shape)
    if isinstance(shape, TupleShape | UnionShape):
        return replace(shape, items=tuple(_substituted(item, solutions) for item in shape.items))
    if isinstance(shape, ContainerShape):
        return replace(shape, element=_substituted(shape.element, solutions))
    return shape
