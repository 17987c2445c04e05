"""Branches: what is known on each of their edges.

An edge asserts *facts*, such as `train` holds or `state is None` does not.  A fact that
contradicts one that is known on the path makes the edge impossible; all others are added.  A test
for None also drops the values of the variable that the edge excludes, and what all that are left
came about under, holds again: after `new = None` and `if train: new = step(s)`, `new is None` says
that `train` did not hold.

Worked example.  Inside `if train: ...`, an `if not train: use(s)` is never entered, because the
path knows the fact `train`.  Where the branches have joined the fact is gone; from there on guards
keep apart what came about under it (`flow/guards.py`).

Limit: facts are compared by their text; `a and b` is taken apart by the IR, arithmetic is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from mypy_eqxstate.flow.bindings import Binding
from mypy_eqxstate.flow.guards import common_conditions
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import NONE_VALUE, UNKNOWN_VALUE, Object
from mypy_eqxstate.ir import model as ir
from mypy_eqxstate.oracle.shapes import UnknownShape

MAXIMAL_UNDECIDED: Final = 24


def conditions_by_variable(body: ir.Body) -> dict[ir.Variable, frozenset[str]]:
    """The texts of the branch conditions of a body that speak of each variable."""
    texts: dict[ir.Variable, set[str]] = {}
    for block in body.blocks:
        terminator = block.terminator
        if isinstance(terminator, ir.Branch):
            for fact in (*terminator.then_facts, *terminator.otherwise_facts):
                for variable in fact.variables:
                    texts.setdefault(variable, set()).add(fact.text)
    return {variable: frozenset(found) for variable, found in texts.items()}


def undecided(body: ir.Body) -> dict[ir.BlockIndex, str]:
    """By block, the question of a branch whose condition has no text: it is another one each time.

    What goes on with a loop or ends it is none: all that comes behind has the same answer.  Of a
    body with very many such branches, the first ones are kept apart.
    """
    found: dict[ir.BlockIndex, str] = {}
    for block in body.blocks:
        branch = block.terminator
        if not isinstance(branch, ir.Branch) or branch.then_facts or branch.otherwise_facts:
            continue
        loops = {body.blocks[target].loop for target in (branch.then, branch.otherwise)}
        if loops == {block.loop} and (branch.condition is not None or branch.subject is not None):
            found[block.index] = f"?{block.index}"
            if len(found) == MAXIMAL_UNDECIDED:
                break
    return found


def assume(memory: Memory, facts: Iterable[ir.Fact]) -> bool:
    """Add what holds on an edge; False if it contradicts what is known."""
    for fact in facts:
        if (fact.text, not fact.holds) in memory.facts:
            return False
        if fact.none_test is not None and not _narrow_none(memory, fact):
            return False
        memory.facts = memory.facts | {(fact.text, fact.holds)}
    return True


def _narrow_none(memory: Memory, fact: ir.Fact) -> bool:
    place = fact.none_test
    if place is None or place.path:
        return True
    binding = memory.bindings.get(place.variable)
    if binding is None:
        return True
    kept = {
        value: guard
        for value, guard in binding.values.items()
        if (value == NONE_VALUE) is fact.holds
        or value == UNKNOWN_VALUE
        or (isinstance(value, Object) and isinstance(value.shape, UnknownShape))
    }
    if not kept:
        return not binding.values
    if len(kept) != len(binding.values):
        memory.bindings[place.variable] = Binding(kept, binding.marks)
        memory.facts = memory.facts | common_conditions(kept.values())
    return True
