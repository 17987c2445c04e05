"""A generic forward dataflow solver over the blocks of a body.

It knows nothing of ownership: a problem supplies the entry state, the effect of a block and the
join; the solver iterates to the least fixpoint and leaves the state at the entry of every block
that can be reached.  Blocks are visited in the order of `flow/order.py`: without loops each once;
a loop, with the loops in it, is gone over until it is settled, and only then what follows it.

The effect of a block is given as the states that it passes on: one for each successor of its
terminator, and those with which an operation in it may raise, for the handler.  The state of every
edge is kept, and the entry of a block is the join of all its edges at once.

The solver goes over a loop in rounds: a block that an edge leads back to waits for the next round,
by which all other edges to it are known as well.  To visit the head of a loop at once for every
`continue` in it would repeat the loop as often, and for loops inside each other that multiplies.

The state of an edge is replaced by the one of the next visit, which keeps it exact.  Where that
does not settle within `PATIENCE` visits, states are accumulated instead, which nearly always
settles; what does not within `LONG_PATIENCE` visits is widened: the problem gives up precision
until nothing is left that could change for ever.  `Solution.widened` tells that it came to that.

Limit: `MAXIMAL_VISITS` bounds the visits of one block; a body that is not stable by then raises
`NoFixpointError`, and the caller gives the body up rather than report from a state that is not a
solution.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from typing import Final, Generic, Protocol, TypeVar

from mypy_eqxstate.flow.order import components
from mypy_eqxstate.ir.model import Block, Body

StateType = TypeVar("StateType")
PATIENCE: Final = 6
LONG_PATIENCE: Final = 24
MANY_EDGES: Final = 8
MAXIMAL_VISITS: Final = 120


class NoFixpointError(Exception):
    """The states of a body did not become stable within the bound."""


class DataflowProblem(Protocol[StateType]):
    """What the solver needs to know of an analysis."""

    def entry_state(self) -> StateType:
        """The state at the entry of the body."""
        ...

    def flow_through(self, block: Block, state: StateType) -> Iterable[tuple[int, int, StateType]]:
        """The states that the block passes on: where to, from which operation, and the state."""
        ...

    def join_all(self, states: Sequence[StateType]) -> StateType:
        """The least state above several, which come over different edges."""
        ...

    def settle(self, before: StateType, after: StateType) -> StateType:
        """The earlier of two states if they are equal, else the later one.

        It may be changed so that it shares with the earlier one what is equal in both.
        """
        ...

    def widen(self, before: StateType, after: StateType) -> StateType:
        """A state above two of one block, such that no chain of such states goes on for ever."""
        ...


class Solution(Generic[StateType]):
    """The state at the entry of every reachable block.

    Attributes:
        order: the reachable blocks, as they are visited.
        entry: the states.
        widened: some of them may be less precise than the joins of the paths.
    """

    def __init__(self, order: list[int]) -> None:
        self.order = order
        self.entry: dict[int, StateType] = {}
        self.widened = False


def solve(body: Body, problem: DataflowProblem[StateType]) -> Solution[StateType]:
    """Iterate a dataflow problem over a body to its least fixpoint.

    Args:
        body: the lowered function.
        problem: entry state, block effect and join.

    Returns:
        the state at the entry of every block that is reached.

    Raises:
        NoFixpointError: a block was visited more than `MAXIMAL_VISITS` times.
    """
    settled_together = components(body)
    order = [index for component in settled_together for index in component]
    rank = {index: position for position, index in enumerate(order)}
    # By rank of a block, that of the last one of its component.
    last = [rank[component[-1]] for component in settled_together for _ in component]
    solution: Solution[StateType] = Solution(order)
    solution.entry[0] = problem.entry_state()
    incoming: dict[int, dict[tuple[int, int], StateType]] = {0: {(-1, 0): solution.entry[0]}}
    visits: dict[int, int] = {}
    waiting = [0]
    next_round: list[int] = []
    queued = {0}
    while waiting or next_round:
        if next_round and not (waiting and waiting[0] <= last[next_round[0]]):
            for again in next_round:
                heapq.heappush(waiting, again)
            next_round.clear()
        index = order[heapq.heappop(waiting)]
        queued.discard(rank[index])
        visits[index] = visits.get(index, 0) + 1
        if visits[index] > MAXIMAL_VISITS:
            raise NoFixpointError(f"block {index} of {body.name or 'the module'}")
        touched: dict[int, list[StateType]] = {}
        for successor, number, state in problem.flow_through(
            body.blocks[index], solution.entry[index]
        ):
            edges = incoming.setdefault(successor, {})
            before = edges.get((index, number))
            if before is not None and visits[index] > PATIENCE:
                state = problem.join_all([before, state])
            if before is not None:
                state = problem.settle(before, state)
            if before is not state:
                edges[index, number] = state
                touched.setdefault(successor, []).append(state)
        for successor, changed in touched.items():
            edges = incoming[successor]
            known = solution.entry.get(successor)
            if known is not None and len(edges) > MANY_EDGES:
                merged = problem.join_all([known, *changed])
            else:
                merged = problem.join_all([edges[edge] for edge in sorted(edges)])
            if known is not None and visits.get(successor, 0) > LONG_PATIENCE:
                merged = problem.widen(known, merged)
                solution.widened = True
            if known is not None:
                merged = problem.settle(known, merged)
            if known is not merged:
                solution.entry[successor] = merged
                if rank[successor] not in queued:
                    queued.add(rank[successor])
                    if rank[successor] > rank[index]:
                        heapq.heappush(waiting, rank[successor])
                    else:
                        next_round.append(rank[successor])
    return solution
