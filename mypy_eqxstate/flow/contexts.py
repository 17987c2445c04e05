"""The context of a call: what the caller knows of the callee's inputs.

For every input about which the declaration says too little, a context has the *kind* of what is
passed (`flow/abstraction.py`).  Inputs are the parameters and the variables that the function
captures from enclosing ones.

Worked example.  `def apply(f, s): return f(s)` is solved once for `apply(jit_step, s)` and once
for `apply(print, s)`, because the kind of a callable is the callable itself; a second call with
another State under the same `f` shares the context of the first.

Limit: what is collected by `*args` has a kind only where its length is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mypy_eqxstate.flow.abstraction import Context, kind_of
from mypy_eqxstate.flow.arguments import Actual, formals_of, star_names
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import Function
from mypy_eqxstate.ir.model import Variable
from mypy_eqxstate.oracle.shapes import UNKNOWN, Shape, Signature, TupleShape

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis


def context_of(
    analysis: BodyAnalysis,
    memory: Memory,
    function: Function,
    signature: Signature | None,
    parameters: Mapping[Variable, tuple[Actual, ...]],
) -> Context:
    """The context in which a call asks for the summary of a function.

    Parameters about which the declaration says too little, and captured variables.
    """
    home = analysis.module.home(function.node)
    declared = {p.name: p.shape for p in signature.parameters} if signature else {}
    context: list[tuple[Variable, tuple[object, ...]]] = []
    stars = star_names(formals_of(function.node))
    for variable, actuals in parameters.items():
        shape = declared.get(variable.name, UNKNOWN)
        if not actuals or not home.wants_context(shape):
            continue
        star = bool(actuals[0].splat) or variable.name in stars
        if len(actuals) == 1 and not star:
            kind = kind_of(memory, actuals[0].binding, analysis.heap)
        else:
            kind = _star_kind(analysis, memory, actuals)
        if kind and not (len(kind) == 1 and kind[0] == shape):
            context.append((variable, kind))
    if home is not analysis.module:
        return tuple(context)  # type: ignore[arg-type]
    for variable in home.free_variables(function.node):
        binding = memory.bindings.get(variable)
        if binding is None:
            binding = analysis.default_binding(variable)
        if binding is not None:
            kind = kind_of(memory, binding, analysis.heap)
            if kind:
                context.append((variable, kind))
    return tuple(context)  # type: ignore[arg-type]


def _star_kind(
    analysis: BodyAnalysis, memory: Memory, actuals: tuple[Actual, ...]
) -> tuple[Shape, ...]:
    """The kind of what `*args` or `**kwargs` collects; empty if it is not known."""
    if any(actual.splat for actual in actuals):
        return ()
    names = tuple(actual.name for actual in actuals if actual.name is not None)
    if names and len(names) != len(actuals):
        return ()
    shapes: list[Shape] = []
    for actual in actuals:
        kind = kind_of(memory, actual.binding, analysis.heap)
        if len(kind) != 1 or isinstance(kind[0], tuple):
            shapes.append(UNKNOWN)
        else:
            shapes.append(kind[0])
    return (TupleShape(tuple(shapes), "builtins.dict" if names else "builtins.tuple", names),)
