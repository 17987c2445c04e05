"""How often the solver looks at a block: loops inside each other must not cost a power of it."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Sequence

import pytest

from mypy_eqxstate.flow.order import reverse_postorder, successors
from mypy_eqxstate.flow.solver import solve
from mypy_eqxstate.ir.model import Block, Body, Return
from mypy_eqxstate.ir.module import ModuleIndex

Turns = tuple[int, ...]


class Turning:
    """A small problem: how often the loops may have turned, each counted up to two."""

    def __init__(self, body: Body) -> None:
        self.visits: Counter[int] = Counter()
        order = reverse_postorder(body)
        self._rank = {index: position for position, index in enumerate(order)}
        edges = [(index, after) for index in order for after in successors(body.blocks[index])]
        self.heads = sorted({after for index, after in edges if self.leads_back(index, after)})

    def leads_back(self, index: int, successor: int) -> bool:
        return self._rank[successor] <= self._rank[index]

    def entry_state(self) -> frozenset[Turns]:
        return frozenset({(0,) * len(self.heads)})

    def flow_through(
        self, block: Block, state: frozenset[Turns]
    ) -> Iterable[tuple[int, int, frozenset[Turns]]]:
        self.visits[block.index] += 1
        for successor in successors(block):
            if self.leads_back(block.index, successor):
                loop = self.heads.index(successor)
                turned = {(*t[:loop], min(t[loop] + 1, 2), *t[loop + 1 :]) for t in state}
                yield successor, 0, frozenset(turned)
            else:
                yield successor, 0, state

    def join_all(self, states: Sequence[frozenset[Turns]]) -> frozenset[Turns]:
        return frozenset[Turns]().union(*states)

    def settle(self, before: frozenset[Turns], after: frozenset[Turns]) -> frozenset[Turns]:
        return before if before == after else after

    def widen(self, before: frozenset[Turns], after: frozenset[Turns]) -> frozenset[Turns]:
        return before | after


class Passing(Turning):
    """A problem in which every edge brings something else: the way that was taken last."""

    def flow_through(
        self, block: Block, state: frozenset[Turns]
    ) -> Iterable[tuple[int, int, frozenset[Turns]]]:
        self.visits[block.index] += 1
        for successor in successors(block):
            yield successor, 0, state | {(block.index, successor)}


def _body(code: str) -> Body:
    index = ModuleIndex(ast.parse(code), "module", False)
    return index.lower(
        index.functions["f"], reachable=lambda _: True, never_returns=lambda _: False
    )


def _loops(depth: int) -> Body:
    lines = ["def f(xs):"]
    lines += [f"{' ' * (level + 1)}while xs({level}):" for level in range(depth)]
    lines.append(f"{' ' * (depth + 1)}xs()")
    return _body("\n".join(lines))


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_the_visits_of_a_block_grow_by_two_with_each_loop_around_it(depth: int) -> None:
    body = _loops(depth)
    problem = Turning(body)
    solution = solve(body, problem)
    assert max(problem.visits.values()) <= 2 * depth + 2
    assert not solution.widened


def test_the_head_of_a_loop_waits_for_all_edges_that_lead_back() -> None:
    branches = "".join(f"  if a{number}():\n   continue\n" for number in range(5))
    body = _body(f"def f(xs):\n while xs():\n{branches}  xs()")
    problem = Passing(body)
    solve(body, problem)
    assert problem.visits[problem.heads[0]] == 2  # at first, and with all that one turn brings


def test_without_loops_every_block_is_visited_once() -> None:
    body = _body("def f(a, b):\n if a:\n  a()\n else:\n  b()\n return a, b")
    problem = Turning(body)
    solve(body, problem)
    assert set(problem.visits.values()) == {1}


def test_at_the_head_of_a_loop_is_known_what_every_turn_may_bring() -> None:
    body = _loops(2)
    problem = Turning(body)
    solution = solve(body, problem)
    # The inner loop may have turned as often as it likes, however often the outer one has.
    assert solution.entry[problem.heads[0]] == {(a, b) for a in (0, 1, 2) for b in (0, 1, 2)} - {
        (0, 1),
        (0, 2),
    }


def test_what_follows_a_loop_is_visited_once_it_is_known_what_the_loop_does() -> None:
    body = _body("def f(xs):\n while xs():\n  xs(1)\n while xs(2):\n  xs(3)\n return xs")
    problem = Turning(body)
    solve(body, problem)
    (last,) = (block.index for block in body.blocks if isinstance(block.terminator, Return))
    assert problem.visits[last] == 1
    assert max(problem.visits.values()) == 3  # in each loop as if there were no other
