"""What the visits of the blocks of a body find, and what is left of it when the body is solved.

What a visit finds replaces what the visit of the same block before has found.  So at the end there
is, for each block, what was found with its final memory.

Example.  Of `try: f(s) finally: s.get(i)` the last use has two copies, one for the way of an
exception.  If `s` is dead in one of them only, there is one problem, which says "may".
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from mypy_eqxstate.flow.bindings import Binding
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.problems import Problem


class Found:
    """What a visit of a block has found.

    Attributes:
        problems: what is wrong.
        returned: the memory and the result where the body is left.
        left: the same where a generator may be left for good.
        clean_uses: operations that are no misuse: the node, what is used as it is written (None if
            it is the node itself), and the operation's position.
    """

    __slots__ = ("clean_uses", "left", "problems", "returned")

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.returned: list[tuple[Memory, Binding]] = []
        self.left: list[tuple[Memory, Binding]] = []
        self.clean_uses: list[tuple[ast.AST, str | None, tuple[int, int]]] = []

    def size(self) -> tuple[int, int, int, int]:
        """How much has been found so far."""
        return len(self.problems), len(self.returned), len(self.left), len(self.clean_uses)

    def cut(self, size: tuple[int, int, int, int]) -> None:
        """Forget what has been found since there was so much."""
        parts: tuple[list[Any], ...] = (self.problems, self.returned, self.left, self.clean_uses)
        for part, length in zip(parts, size, strict=True):
            del part[length:]

    def weaken_alternatives(self, starts: Sequence[int]) -> None:
        """Of several things of which one operation does one: what is wrong with some may be wrong.

        Args:
            starts: how many problems there were when each of them began; they are the last ones.
        """
        ends = (*starts[1:], len(self.problems))
        parts = [self.problems[start:end] for start, end in zip(starts, ends, strict=True)]
        places = [{(problem.node, problem.place) for problem in part} for part in parts]
        everywhere = set.intersection(*places)
        self.problems[starts[0] :] = [
            problem
            if not problem.events or (problem.node, problem.place) in everywhere
            else replace(problem, may=True)
            for part in parts
            for problem in part
        ]


def returned(found: Sequence[Found]) -> list[tuple[Memory, Binding]]:
    """Where a body is left; a generator that never ends by itself is left at a `yield`."""
    return [result for block in found for result in block.returned] or [
        result for block in found for result in block.left
    ]


def problems(
    found: Sequence[Found], widened: bool, written: Callable[[ast.AST], str]
) -> list[Problem]:
    """The problems of a body.

    Args:
        found: by block.
        widened: the solution was widened: what is only possible there may come of what that has
            given up, and does not count.
        written: an expression as Python writes it.
    """
    every = [problem for block in found for problem in block.problems]
    if widened:
        every = [problem for problem in every if not problem.may]
    if any(problem.events for problem in every):
        return _with_copies(every, found, written)
    return every


def _with_copies(
    every: Sequence[Problem], found: Sequence[Found], written: Callable[[ast.AST], str]
) -> list[Problem]:
    """The problems, a use being only possibly wrong if another copy of it (`finally`) is right."""
    right: dict[tuple[ast.AST, str], set[tuple[int, int]]] = {}
    for block in found:
        for node, place, position in block.clean_uses:
            text = written(node) if place is None else place
            right.setdefault((node, text), set()).add(position)
    return [
        replace(problem, may=True)
        if problem.events and right.get((problem.node, problem.place), set()) - {problem.position}
        else problem
        for problem in every
    ]
