"""Evidence that a value without a type is an affine object.

Code without annotations gives the analysis unknown values.  Some are used in a way that shows
what they are: they take the place of an affine object, or they are asked for a method that only
an affine class has, with what only that method takes.  The class is remembered by the *origin* of
the value (`ClassKnowledge.promoted`), and the body is analysed again (`BodyAnalysis.run`), so that
the first look at the value profits, too.

Worked example.  In `s = make(x); s.set(index, x); s.get(index)` nothing is known of `make`, but
`set` with a `StateIndex` shows that it returned a State.  So in the second round `set` consumes
it, and `get` is a finding.

Limit: evidence is never taken back.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mypy_eqxstate.contracts.library import affine_class_shown
from mypy_eqxstate.flow.heap import ClassKnowledge
from mypy_eqxstate.flow.memory import Binding, Memory
from mypy_eqxstate.flow.values import Object
from mypy_eqxstate.ir import model as ir
from mypy_eqxstate.oracle.shapes import AffineShape, InstanceShape, UnknownShape

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis


def promote(classes: ClassKnowledge, binding: Binding, class_name: str) -> None:
    """Evidence that an unknown value is an affine object: remembered for the next round."""
    for value in binding.values:
        if isinstance(value, Object) and isinstance(value.shape, UnknownShape):
            classes.promoted.setdefault(value.origin, class_name)


def promote_like(classes: ClassKnowledge, binding: Binding, before: Binding) -> None:
    """What rebinds the name of an affine object is taken for one of the same class."""
    for old in before.values:
        if isinstance(old, Object) and isinstance(old.shape, AffineShape):
            promote(classes, binding, old.shape.class_name)


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
