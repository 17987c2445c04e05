"""One operation that carries out one of several things: which one is not known.

Each alternative runs on a memory of its own (`branch`), in which the condition holds under which it
is the one; afterwards the memories are one again (`rejoin`).

Example.  Where `f` is `step` if `fast` and `slow_step` otherwise, `f(state)` runs either: on a copy
of the memory with the fact `fast`, and on one with `not fast`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mypy_eqxstate.flow.bindings import Binding
from mypy_eqxstate.flow.guards import Guard
from mypy_eqxstate.flow.joins import join_bindings
from mypy_eqxstate.flow.memory import Memory

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis


def branch(analysis: BodyAnalysis, memory: Memory, guard: Guard, number: int) -> Memory:
    """The memory for one of several alternatives.

    Args:
        analysis: of the body at work.
        memory: what holds before the operation; unchanged.
        guard: under which it is this one, as far as one conjunction can say it.
        number: of the alternative.
    """
    taken = memory.copy()
    if len(guard) == 1:
        taken.facts |= next(iter(guard))
    taken.facts |= {(f"callee{analysis.operation_number}", number)}
    return taken


def rejoin(
    analysis: BodyAnalysis, memory: Memory, outcomes: Sequence[tuple[Memory, Binding]]
) -> Binding:
    """What the operation gives, after any of its alternatives.

    Args:
        analysis: of the body at work.
        memory: becomes what holds afterwards; a single alternative has run on it itself.
        outcomes: the memory of each and what it gave; at least one.
    """
    if len(outcomes) == 1:
        return outcomes[0][1]
    merged = join_bindings(outcomes)
    memory.assign(analysis.join_all([taken for taken, _ in outcomes]))
    return merged
