"""Writes the body of one function, drawing every choice: the bookkeeping."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.differential.grammar.kinds import NAMES, PARTS, common

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[Any]], Any]


class Writer:
    """The lines of one function, and what its names hold.

    Args:
        draw: Hypothesis's.
        kinds: what the parameters hold.
        left: how many statements there may be.

    Attributes:
        level: how deep the next line is indented.
        ended: control leaves before the next line.
        in_loop: `break` and `continue` are allowed.
        may_return: `return` is allowed.
    """

    def __init__(self, draw: Draw, kinds: dict[str, str], left: int) -> None:
        self._draw = draw
        self.kinds = kinds
        self.left = left
        self.lines: list[str] = []
        self.level = 1
        self.ended = False
        self.in_loop = False
        self.may_return = True

    def pick(self, options: Sequence[T]) -> T:
        """One of several, the first the simplest."""
        chosen: int = self._draw(st.integers(0, len(options) - 1))
        return options[chosen]

    def maybe(self) -> bool:
        """Yes or no."""
        return bool(self._draw(st.booleans()))

    def write(self, text: str) -> None:
        """A line."""
        self.lines.append("    " * self.level + text)

    def bind(self, name: str, kind: str = "State") -> None:
        """A name holds this kind of value from here on; `_` is never read."""
        if name != "_":
            self.kinds[name] = kind

    def known(self, kind: str) -> list[str]:
        """The names that surely hold this kind of value."""
        return [name for name in NAMES[kind] if self.kinds.get(name) == kind]

    def places(self, kinds: Sequence[str] = tuple(PARTS)) -> list[str]:
        """Everything that holds a State in values of these kinds."""
        return [
            f"{name}{part}" for kind in kinds for name in self.known(kind) for part in PARTS[kind]
        ]

    def place(self) -> str:
        """Something that holds a State."""
        return self.pick(self.places())

    def condition(self) -> str:
        """What paths depend on."""
        return self.pick(["ready()", "p", "not p", "q", "p and q", "p or ready()"])


class Arms:
    """Blocks of which any one may run: afterwards only what all of them leave bound is.

    Args:
        writer: of the function; it goes on with what is common when the arms are over.
        may_skip: none of them need run.
    """

    def __init__(self, writer: Writer, may_skip: bool = False) -> None:
        self._writer = writer
        self._before = dict(writer.kinds)
        self._after: list[dict[str, str]] = [dict(writer.kinds)] if may_skip else []

    def arm(self, write: Callable[[], None], start: dict[str, str] | None = None) -> None:
        """Write one of them, which begins with what was bound before, or with `start`."""
        self._writer.kinds = dict(self._before if start is None else start)
        self._writer.ended = False
        write()
        if not self._writer.ended:
            self._after.append(self._writer.kinds)

    def end(self) -> None:
        """There are no more."""
        self._writer.ended = not self._after
        self._writer.kinds = common(self._after) if self._after else self._before
