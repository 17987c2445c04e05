"""Methods in whose place the override of a subclass may run.

A call counts for the class that the type checker sees, with the body of its method.  That is wrong
where this body is only what a subclass does that has nothing to do::

    class Block(eqx.Module):
        def __call__(self, x: Array, state: State) -> tuple[Array, State]:
            return x, state                      # a block without statistics

    class NormBlock(Block):
        def __call__(self, x: Array, state: State) -> tuple[Array, State]:
            return self.norm(x, state)

    def run(block: Block, x: Array, state: State) -> tuple[Array, State]:
        x, new_state = block(x, state)
        return x, state                          # the statistics of a NormBlock are lost

So where a method hands back the very State that it is given, declares to return one, and is known
to be overridden, its signature counts instead: it returns a newer State.

Limits: overrides are looked for in the module of the class and in that of the call, and nowhere
else: what another module defines must not decide what is said of this one.  That of a class without
annotations is not looked at.  A method that only reads the State keeps its body (a policy).
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mypy_eqxstate.contracts.summaries import Summary
from mypy_eqxstate.flow.arguments import Actual
from mypy_eqxstate.flow.bindings import Binding
from mypy_eqxstate.flow.heap import ClassKnowledge
from mypy_eqxstate.flow.values import NONE_VALUE, Function, Object
from mypy_eqxstate.ir.model import Item
from mypy_eqxstate.oracle.shapes import AffineShape, Shape, Signature, TupleShape, UnionShape

if TYPE_CHECKING:
    from mypy_eqxstate.flow.module import ModuleAnalysis


def may_do_more(
    call: ast.AST,
    function: Function,
    actuals: Sequence[Actual],
    summary: Summary,
    home: ModuleAnalysis,
    caller: ModuleAnalysis,
) -> bool:
    """Whether an override may return a newer object where a method hands back what it is given.

    Args:
        call: of the method.
        function: the method; any function, which is then none.
        actuals: the arguments, with the receiver.
        summary: what the body does.
        home: the module that has the method.
        caller: the module that has the call.
    """
    class_name, _, name = function.name.rpartition(".")
    if class_name not in home.index.classes or not any(actual.receiver for actual in actuals):
        return False
    if not hands_back(summary, home.signature(function.node), home.classes):
        return False
    full_name = home.definitions.full_name(class_name)
    return not _is_of_super(call) and any(
        module.definitions.overrides(full_name, name) for module in (home, caller)
    )


def _is_of_super(call: ast.AST) -> bool:
    """Whether a call is that of a method of `super()`, which no override can stand in for."""
    func = call.func if isinstance(call, ast.Call) else None
    holder = func.value if isinstance(func, ast.Attribute) else None
    return (
        isinstance(holder, ast.Call)
        and isinstance(holder.func, ast.Name)
        and holder.func.id == "super"
    )


def hands_back(summary: Summary, signature: Signature | None, classes: ClassKnowledge) -> bool:
    """Whether a body returns what it was given where an affine object is declared.

    Args:
        summary: what the body does.
        signature: what the definition declares; None if nothing.
        classes: what is known of classes.
    """
    if signature is None or summary.result is None:
        return False
    return _hands_back(summary, summary.result, signature.result, classes)


def _hands_back(
    summary: Summary, result: Binding, declared: Shape, classes: ClassKnowledge
) -> bool:
    if isinstance(declared, AffineShape | UnionShape):
        return bool(classes.affine_classes_in(declared) and result.objects) and all(
            value == NONE_VALUE
            or (isinstance(value, Object) and value.is_affine and value.origin.is_input)
            for value in result.values
        )
    if not isinstance(declared, TupleShape):
        return False
    parts = [
        (summary.fields.get(value, {}).get(Item(index)), part)
        for value in result.values
        if isinstance(value, Object)
        for index, part in enumerate(declared.items)
    ]
    return any(
        held is not None and _hands_back(summary, held, part, classes) for held, part in parts
    )
