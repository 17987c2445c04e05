"""Evidence that a value without a type is an affine object.

Code without annotations gives the analysis unknown values.  Some are used in a way that shows
what they are: they take the place of an affine object, are passed or returned where one is
declared, or are asked for a method that only an affine class has, with what only that method takes.
The class is remembered by the *origin* of the value (`ClassKnowledge.promoted`), and the body is
analysed again (`BodyAnalysis.run`), so that the first look at the value profits, too.

A name counts as well, but only one that tells of an argument's: `new_state` of a call that is given
the State `state`.

Worked example.  In `s = make(x); s.set(index, x); s.get(index)` nothing is known of `make`, but
`set` with a `StateIndex` shows that it returned a State.  So in the second round `set` consumes
it, and `get` is a finding.

Limit: evidence is never taken back.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from mypy_eqxstate.contracts.library import affine_class_shown
from mypy_eqxstate.flow.bindings import Binding
from mypy_eqxstate.flow.guards import Guard
from mypy_eqxstate.flow.heap import ClassKnowledge
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import Object, Origin, Value
from mypy_eqxstate.ir import model as ir
from mypy_eqxstate.ir.model import Key, Variable
from mypy_eqxstate.oracle.shapes import (
    AffineShape,
    InstanceShape,
    Shape,
    Signature,
    TupleShape,
    UnknownShape,
)

if TYPE_CHECKING:
    from mypy_eqxstate.flow.arguments import Actual
    from mypy_eqxstate.flow.body import BodyAnalysis


def promote(classes: ClassKnowledge, binding: Binding, class_name: str) -> None:
    """Evidence that an unknown value is an affine object: remembered for the next round."""
    for value in binding.values:
        if isinstance(value, Object) and isinstance(value.shape, UnknownShape):
            classes.promoted.note(value.origin, class_name)


def promote_like(classes: ClassKnowledge, binding: Binding, before: Binding) -> None:
    """What rebinds the name of an affine object is taken for one of the same class."""
    for old in before.values:
        if isinstance(old, Object) and isinstance(old.shape, AffineShape):
            promote(classes, binding, old.shape.class_name)


def promote_namesake(analysis: BodyAnalysis, binding: Binding, name: str) -> None:
    """What an unknown callee returns, and a name takes that tells of an argument's, is like it.

    In `y, new_state = layer(x, state)` nothing may be known of `layer`; but that the second part
    of its result is a State, the name says that it is given.
    """
    for value in binding.values:
        if not isinstance(value, Object) or not isinstance(value.shape, UnknownShape):
            continue
        for stem, class_name in analysis.given_to_unknown.get(value.origin.operation, ()):
            if value.origin.body == analysis.body.name and is_namesake(name, stem):
                analysis.module.classes.promoted.note(value.origin, class_name)


def promote_arguments(
    classes: ClassKnowledge, pairs: Iterable[tuple[Actual, str]], signature: Signature | None
) -> None:
    """What is passed for a parameter that is declared affine is an affine object.

    Args:
        classes: what is known of classes; changed.
        pairs: the arguments and the names of the parameters that take them.
        signature: what the callee declares; None if nothing.
    """
    if signature is None:
        return
    declared = {
        parameter.name: parameter.shape.class_name
        for parameter in signature.parameters
        if isinstance(parameter.shape, AffineShape)
    }
    for actual, name in pairs:
        if name in declared:
            promote(classes, actual.binding, declared[name])


def promote_shown(
    classes: ClassKnowledge,
    callee_classes: ClassKnowledge,
    function: str,
    pairs: Iterable[tuple[Actual, str]],
) -> None:
    """What is passed for a parameter of which the callee's body shows the class is of that class.

    Args:
        classes: what is known of classes where the call is; changed.
        callee_classes: the same where the callee is.
        function: the callee's name.
        pairs: the arguments and the names of the parameters that take them.
    """
    for actual, name in pairs:
        origin = Origin(function, -1, Variable(name, function))
        class_name = callee_classes.promoted.get(origin)
        if class_name is not None:
            promote(classes, actual.binding, class_name)


def shown_classes(
    classes: ClassKnowledge,
    origin: Origin,
    handed_through: Callable[[tuple[Key, ...]], bool] = lambda path: False,
) -> frozenset[str]:
    """The classes of which evidence has shown parts of what one call returns.

    Args:
        classes: what is known of classes.
        origin: of what the call returns.
        handed_through: whether the callee is known to return what it was given at a path.
    """
    return frozenset(
        class_name
        for found, class_name in classes.promoted.in_body(origin.body).items()
        if found.operation == origin.operation and not handed_through(found.path)
    )


def shown_shape(classes: ClassKnowledge, origin: Origin, shape: Shape) -> Shape:
    """The shape of a call's result with what evidence has shown of its unknown parts."""
    if isinstance(shape, UnknownShape):
        class_name = classes.promoted.get(origin)
        return shape if class_name is None else AffineShape(class_name)
    if isinstance(shape, TupleShape):
        items = tuple(
            shown_shape(classes, origin.child(ir.Item(index)), item)
            for index, item in enumerate(shape.items)
        )
        return shape if items == shape.items else replace(shape, items=items)
    return shape


# What people put before or behind a name for the next value of the same thing.
_NEXT_VALUE = frozenset(
    {"new", "newer", "newest", "next", "nxt", "updated", "upd", "out", "output", "final", "last"}
    | {"after", "later", "latest", "now", "cur", "current", "tmp", "temp", "result", "post", "n"}
)


def is_namesake(name: str, stem: str) -> bool:
    """Whether a name is another one's for its next value: `new_state`, `state2`, `state_1`.

    `dae_state` is none of `state`: that is something else of the kind.

    Args:
        name: that may be given to the next value.
        stem: the name of the value before.
    """
    if name == stem or name.startswith("_"):
        return False
    words = [word for part in name.lower().split("_") if (word := part.rstrip("0123456789"))]
    wanted = [word for part in stem.lower().split("_") if (word := part.rstrip("0123456789"))]
    for at in range(len(words) - len(wanted) + 1):
        if words[at : at + len(wanted)] == wanted:
            return not set(words[:at] + words[at + len(wanted) :]) - _NEXT_VALUE
    return False


def promote_declared(
    classes: ClassKnowledge, memory: Memory, binding: Binding, declared: Shape
) -> Binding:
    """What is returned where an affine object is declared is one, part by part.

    Returns:
        the binding with what the declaration says of its unknown parts.
    """
    exact: dict[Value, Guard] = {}
    for value, guard in binding.values.items():
        if not isinstance(value, Object):
            exact[value] = guard
            continue
        if isinstance(value.shape, UnknownShape):
            _promote_parts(classes, value.origin, declared)
            if classes.affine_classes_in(declared):
                value = Object(value.origin, declared, value.recent, value.events)
        elif isinstance(declared, TupleShape):
            for index, part in enumerate(declared.items):
                field = memory.fields.get(value, {}).get(ir.Item(index))
                if field is not None:
                    known = promote_declared(classes, memory, field, part)
                    if known.values != field.values:
                        memory.set_field(value, ir.Item(index), known)
        exact[value] = guard
    return Binding(exact, binding.marks)


def _promote_parts(classes: ClassKnowledge, origin: Origin, declared: Shape) -> None:
    if isinstance(declared, AffineShape):
        classes.promoted.note(origin, declared.class_name)
    elif isinstance(declared, TupleShape):
        for index, part in enumerate(declared.items):
            _promote_parts(classes, origin.child(ir.Item(index)), part)


def note_evidence(
    analysis: BodyAnalysis, memory: Memory, op: ir.Call, receiver: ir.Temporary | None
) -> None:
    """A method that only an affine class has, called with what only its method takes."""
    module = analysis.module
    func = op.node.func if isinstance(op.node, ast.Call) else None
    if receiver is None or not op.arguments or not isinstance(func, ast.Attribute):
        return
    base = analysis.read(memory, receiver)
    if not any(isinstance(v, Object) and isinstance(v.shape, UnknownShape) for v in base.values):
        return
    for value in analysis.read(memory, op.arguments[0].source).values:
        if isinstance(value, Object) and isinstance(value.shape, InstanceShape):
            shown = affine_class_shown(func.attr, value.shape.class_name)
            if shown is not None:
                promote(module.classes, base, module.definitions.affine_class_of(shown))


def note_declared(analysis: BodyAnalysis, memory: Memory, source: ir.Temporary) -> None:
    """The declared result type is evidence of what is returned."""
    node = analysis.body.node
    signature = None if isinstance(node, ast.Module) else analysis.module.signature(node)
    if signature is None or analysis.body.is_generator:
        return
    classes = analysis.module.classes
    if classes.affine_classes_in(signature.result):
        binding = analysis.read(memory, source)
        memory.bindings[source] = promote_declared(classes, memory, binding, signature.result)
