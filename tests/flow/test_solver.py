"""How often the solver looks at a block: loops inside each other must not cost a power of it."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Sequence

import pytest

from mypy_eqxstate.flow.solver import solve, successors
from mypy_eqxstate.ir.model import Block, Body
from mypy_eqxstate.ir.module import ModuleIndex


class Reaching:
    """A small problem: which blocks have been passed through on the way to a block."""

    def __init__(self) -> None:
        self.visits: Counter[int] = Counter()

    def entry_state(self) -> frozenset[int]:
        return frozenset()

    def flow_through(
        self, block: Block, state: frozenset[int]
    ) -> Iterable[tuple[int, int, frozenset[int]]]:
        self.visits[block.index] += 1
        return [(successor, 0, state | {block.index}) for successor in successors(block)]

    def join_all(self, states: Sequence[frozenset[int]]) -> frozenset[int]:
        return frozenset[int]().union(*states)

    def settle(self, before: frozenset[int], after: frozenset[int]) -> frozenset[int]:
        return before if before == after else after

    def widen(self, before: frozenset[int], after: frozenset[int]) -> frozenset[int]:
        return before | after


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


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_a_block_is_visited_about_as_often_as_there_are_loops_around_it(depth: int) -> None:
    problem = Reaching()
    solve(_loops(depth), problem)
    assert max(problem.visits.values()) <= depth + 2


def test_without_loops_every_block_is_visited_once() -> None:
    problem = Reaching()
    solve(_body("def f(a, b):\n if a:\n  a()\n else:\n  b()\n return a, b"), problem)
    assert set(problem.visits.values()) == {1}


def test_what_a_later_turn_brings_is_known_at_the_head_of_the_loop() -> None:
    body = _body("def f(a, b):\n while a():\n  b()")
    solution = solve(body, Reaching())
    back_edges = [
        (index, successor)
        for index in solution.order
        for successor in successors(body.blocks[index])
        if solution.order.index(successor) <= solution.order.index(index)
    ]
    assert back_edges
    assert all(end in solution.entry[head] for end, head in back_edges)
