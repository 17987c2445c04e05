"""The context of a call: what the caller knows of the callee's inputs.

For every input about which the declaration says too little, a context has the *kind* of what is
passed (`flow/abstraction.py`).  Inputs are the parameters, the variables that the function captures
from enclosing ones, and those that a function among its inputs captures: whoever calls that one,
be it in another module, must know what it will find there.

Worked example.  `def apply(f, s): return f(s)` is solved once for `apply(jit_step, s)` and once
for `apply(print, s)`, because the kind of a callable is the callable itself; a second call with
another State under the same `f` shares the context of the first.

Limit: what is collected by `*args` has a kind only where its length is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from mypy_eqxstate.flow.abstraction import Context, Kind, kind_of
from mypy_eqxstate.flow.arguments import Actual, formals_of, star_names
from mypy_eqxstate.flow.inputs import wants_context
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import NONE_VALUE, VALUE_TYPES, Bound, Function, Transformed
from mypy_eqxstate.ir.model import Variable
from mypy_eqxstate.oracle.shapes import (
    NONE,
    UNKNOWN,
    Shape,
    Signature,
    TupleShape,
    UnionShape,
    completed,
)

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
        if not actuals or not wants_context(shape):
            continue
        star = bool(actuals[0].splat) or variable.name in stars
        if len(actuals) == 1 and not star:
            kind = kind_of(memory, actuals[0].binding, analysis.heap)
        else:
            kind = _star_kind(analysis, memory, actuals)
        if isinstance(shape, TupleShape):
            kind = _completed(shape, kind)
        if kind and not _says_the_same(shape, kind):
            context.append((variable, kind))
    seen = set(parameters)
    waiting = list(home.free_variables(function.node))
    waiting += captured_by(analysis, [part for _, kind in context for part in kind])
    while waiting:
        variable = waiting.pop(0)
        if variable in seen:
            continue
        seen.add(variable)
        binding = memory.bindings.get(variable, analysis.inputs.get(variable))
        if binding is None and home is analysis.module:
            binding = analysis.default_binding(variable)
        if binding is None:
            continue
        # A function of another module may have a name that this one has, too.  What was brought
        # here by a context is the very variable.
        is_brought = variable in analysis.inputs and not analysis.module.owns(variable)
        if home is not analysis.module and home.owns(variable) and not is_brought:
            continue
        kind = kind_of(memory, binding, analysis.heap)
        if kind:
            context.append((variable, kind))
            waiting += captured_by(analysis, kind)
    return tuple(context)  # type: ignore[arg-type]


def _says_the_same(declared: Shape, kind: Kind) -> bool:
    parts = {NONE if part == NONE_VALUE else part for part in kind}
    return parts == set(declared.items if isinstance(declared, UnionShape) else (declared,))


def _completed(declared: TupleShape, kind: Kind) -> Kind:
    """The kind of a parameter whose declared tuple has open parts, from what is passed for it."""
    parts = {completed(declared, part): None for part in kind if isinstance(part, TupleShape)}
    return tuple(sorted(parts, key=repr)) if len(parts) == len(kind) else ()


def captured_by(analysis: BodyAnalysis, values: Iterable[object]) -> list[Variable]:
    """The variables that the functions in some values capture."""
    found: list[Variable] = []
    for value in values:
        inner = value
        while isinstance(inner, Transformed | Bound):
            inner = inner.inner
        if isinstance(inner, Function):
            found += analysis.module.home(inner.node).free_variables(inner.node)
    return found


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
        if len(kind) != 1 or isinstance(kind[0], VALUE_TYPES):
            shapes.append(UNKNOWN)
        else:
            shapes.append(kind[0])
    return (TupleShape(tuple(shapes), "builtins.dict" if names else "builtins.tuple", names),)
