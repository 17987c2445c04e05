"""The sentences of an editor's hover: from how a place stands to what people read.

Each occurrence of a name gets a few lines of Markdown: the place and its class, how it stands
there, and what the call around it does to it.

Example: on the first `state` of `new = state.set(i, v)`::

    **`state`**: State, owned

    `state.set` consumes it here; the newer State is `new`.

and on a later one: `**`state`**: State, consumed by `state.set` on line 6; the newer State is
`new``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from mypy_eqxstate.flow.observations import Observation, Occurrence
from mypy_eqxstate.flow.values import Event
from mypy_eqxstate.oracle.shapes import Mode
from mypy_eqxstate.report.finding import Position, Standing

if TYPE_CHECKING:
    from mypy_eqxstate.flow.module import ModuleAnalysis

MAXIMAL_CAUSES: Final = 3


def standings(
    observations: Iterable[Observation],
    module: ModuleAnalysis,
    position: Callable[[ast.AST], Position],
) -> list[Standing]:
    """Word what was observed in a module, in the order of the text; one an occurrence.

    Args:
        observations: one for each place at each occurrence.
        module: the module that they were made in.
        position: where a node is.
    """
    words = _Words(module)
    by_position: dict[Position, list[Observation]] = {}
    for each in observations:
        where = position(each.node)
        if isinstance(each.node, ast.arg):  # without its annotation
            end = where.column + len(each.node.arg)
            where = Position(where.line, where.column, where.line, end)
        by_position.setdefault(where, []).append(each)
    order = sorted(by_position, key=lambda p: (p.line, p.column, p.end_line, p.end_column))
    return [words.standing(where, by_position[where]) for where in order]


class _Words:
    """Words observations of one module."""

    def __init__(self, module: ModuleAnalysis) -> None:
        self._module = module

    def standing(self, where: Position, seen: Sequence[Observation]) -> Standing:
        """What is to be said of one occurrence, which may hold several objects."""
        paragraphs = [self._state(each) for each in seen]
        taken = [each for each in seen if each.taken]
        sentences = list(dict.fromkeys(map(self._taken, taken)))
        moved = ""
        if taken:
            moved = "may be moved" if all(each.may_be_taken for each in taken) else "moved"
        return Standing(where, "\n\n".join([*paragraphs, *sentences]), moved, " ".join(sentences))

    def _state(self, seen: Observation) -> str:
        state = self._old(seen) if seen.events else _GOOD[seen.mode]
        born = "" if seen.events else self._born(seen)
        return f"**`{seen.place}`**: {_class(seen)}, {state}{born}"

    def _old(self, seen: Observation) -> str:
        invalidated = any(event.invalidates for event in seen.events)
        only_later = seen.may and all(line is not None for line in seen.loop_lines)
        may = seen.may and not only_later
        causes: list[str] = []
        for event, loop in zip(seen.events, seen.loop_lines, strict=True):
            if event.invalidates is invalidated:
                turn = "" if loop is None else f" in an earlier turn of the loop on line {loop}"
                causes.append(f"{self._callee(event)} on line {self._line(event)}{turn}")
        causes = list(dict.fromkeys(causes))[:MAXIMAL_CAUSES]
        state = _OLD[invalidated, may].format(causes=" or ".join(causes))
        hidden = self._hidden(seen.events) if not invalidated else ""
        newest = seen.newest is not None and seen.newest != seen.place
        newer = f"; the newer {_class(seen)} is `{seen.newest}`" if newest else ""
        return f"{state}{hidden}{newer}"

    def _taken(self, seen: Observation) -> str:
        invalidated = any(event.invalidates for event in seen.taken)
        callees = " or ".join(dict.fromkeys(map(self._callee, seen.taken)))
        sentence = _TAKEN[invalidated, seen.may_be_taken].format(callees=callees)
        if seen.successor == seen.place:
            return f"{sentence}; `{seen.place}` is the newer {_class(seen)} then."
        hidden = self._hidden(seen.taken) if not invalidated else ""
        newer = ""
        if seen.successor is not None:
            newer = f"; the newer {_class(seen)} is `{seen.successor}`"
        return f"{sentence}{hidden}{newer}."

    def _hidden(self, events: Sequence[Event]) -> str:
        transforms = sorted(
            {name for event in events if (name := self._module.events[event].hidden_by) is not None}
        )
        if not transforms:
            return ""
        return f" ({transforms[0]} hides that at run time: no error, old numbers)"

    def _born(self, seen: Observation) -> str:
        born = seen.born
        if seen.occurrence is not Occurrence.READ or born is None:
            return ""
        if isinstance(born, ast.arg):
            return f"; the parameter of line {born.lineno}"
        if isinstance(born, ast.Call):
            return f"; made by `{self._module.text(born.func)}` on line {born.lineno}"
        return ""

    def _callee(self, event: Event) -> str:
        text = self._module.events[event].callee
        return "a generator expression" if text.startswith("<genexp>") else f"`{text}`"

    def _line(self, event: Event) -> int:
        return getattr(self._module.events[event].node, "lineno", 0)


def _class(seen: Observation) -> str:
    return seen.class_name.rpartition(".")[2] or "State"


_GOOD: Final[Mapping[Mode, str]] = {
    Mode.UNSPECIFIED: "owned",
    Mode.BORROWED: "borrowed: the caller goes on with it",
    Mode.CONSUMED: "owned: the caller has given it away",
}
# By whether the object itself is marked as old, and whether that happens on some paths only.
_OLD: Final[Mapping[tuple[bool, bool], str]] = {
    (True, False): "consumed by {causes}",
    (True, True): "perhaps consumed, by {causes}",
    (False, False): "out of date since {causes} took it over",
    (False, True): "perhaps out of date: {causes} may have taken it over",
}
_TAKEN: Final[Mapping[tuple[bool, bool], str]] = {
    (True, False): "{callees} consumes it here",
    (True, True): "{callees} may consume it here",
    (False, False): "{callees} takes it over here",
    (False, True): "{callees} may take it over here",
}
