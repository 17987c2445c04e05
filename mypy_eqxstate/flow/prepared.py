"""What the operations of a body say by themselves: worked out once, for all of its contexts."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from mypy_eqxstate.flow.edges import conditions_by_variable, undecided
from mypy_eqxstate.flow.liveness import Lifetimes, Unread, lifetimes, unread_variables
from mypy_eqxstate.ir import model as ir


class Prepared(NamedTuple):
    """What the operations of a body say by themselves.

    Attributes:
        lifetimes: until when temporaries are read.
        unread: by block, the variables that nobody reads from there on as they are.
        conditions: by variable, the conditions that speak of it.
        undecided: by block, the question of a branch whose condition has no text.
    """

    lifetimes: Lifetimes
    unread: Mapping[ir.BlockIndex, Unread]
    conditions: Mapping[ir.Variable, frozenset[str]]
    undecided: Mapping[ir.BlockIndex, str]


def prepare(
    body: ir.Body, free_variables: Callable[[ir.FunctionNode], Iterable[ir.Variable]]
) -> Prepared:
    """Read off a body what does not depend on its context.

    Args:
        body: of a function or the module.
        free_variables: the variables around a function that it reads.
    """
    captured = frozenset(
        variable
        for block in body.blocks
        for operation in block.operations
        if isinstance(operation, ir.MakeFunction)
        for variable in free_variables(operation.function)
    )
    is_module = isinstance(body.node, ast.Module)
    return Prepared(
        lifetimes(body),
        {} if is_module else unread_variables(body, captured),
        conditions_by_variable(body),
        undecided(body),
    )
