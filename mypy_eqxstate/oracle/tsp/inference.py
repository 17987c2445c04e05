"""The types that only the type server knows: those of expressions.

`Inference.expressions(module, nodes)` asks for many nodes at once and remembers every answer, so
that the oracle asks once for all expressions of a module that could matter, and later questions
cost nothing.

Python's `ast` counts columns in bytes of UTF-8, the protocol in units of UTF-16: in

    é = "😀"; state

`state` begins at byte 14, and at unit 10.

A server that has gone answers nothing from then on, and `fault` says why, once.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from mypy_eqxstate.oracle.tsp.modules import Definition, Module
from mypy_eqxstate.oracle.tsp.server import Range, ServerGoneError, TypeServer
from mypy_eqxstate.oracle.tsp.terms import ANY, Term
from mypy_eqxstate.oracle.tsp.types import TypeReader


class Positions:
    """Where the nodes of a source are, as the protocol counts.

    Args:
        text: the source.
    """

    def __init__(self, text: str) -> None:
        self._lines = re.split(r"\r\n|\r|\n", text)

    def of(self, node: ast.expr) -> Range:
        """The range of an expression."""
        last = node.end_lineno or node.lineno
        end = node.end_col_offset or 0
        return Range(
            node.lineno - 1,
            self._units(node.lineno, node.col_offset),
            last - 1,
            self._units(last, end),
        )

    def of_name(self, node: Definition) -> Range | None:
        """The range of the name in a `def` or `class` statement."""
        line = self._line(node.lineno)
        found = re.compile(rf"(?:def|class)\s+({node.name})\b").search(line)
        if found is None:
            return None
        start = len(line[: found.start(1)].encode("utf-16-le")) // 2
        length = len(node.name.encode("utf-16-le")) // 2
        return Range(node.lineno - 1, start, node.lineno - 1, start + length)

    def _line(self, number: int) -> str:
        return self._lines[number - 1] if number <= len(self._lines) else ""

    def _units(self, number: int, offset: int) -> int:
        line = self._line(number)
        if line.isascii():
            return offset
        return len(line.encode()[:offset].decode(errors="replace").encode("utf-16-le")) // 2


class Inference:
    """What a type server infers.

    Args:
        server: the type server; None if there is none, and nothing is known.
        reader: understands its answers.

    Attributes:
        fault: why the server does not answer any more; None as long as it does.
    """

    def __init__(self, server: TypeServer | None, reader: TypeReader) -> None:
        self._server = server
        self._reader = reader
        self._positions: dict[Module, Positions] = {}
        self._known: dict[tuple[str, Range], Term] = {}
        self.fault: str | None = None

    @property
    def is_answering(self) -> bool:
        """Whether there is a server, and it has not gone."""
        return self._server is not None and self.fault is None

    def expressions(self, module: Module, nodes: Sequence[ast.expr]) -> list[Term]:
        """The types of expressions of a module; ANY where nothing is known."""
        positions = self._positions_in(module)
        return self._ask(module, [positions.of(node) for node in nodes])

    def expression(self, module: Module, node: ast.expr) -> Term:
        """The type of one expression."""
        return self.expressions(module, [node])[0]

    def definition(self, module: Module, node: Definition) -> Term:
        """The type of a function or class as its decorators leave it."""
        place = self._positions_in(module).of_name(node)
        return ANY if place is None else self._ask(module, [place])[0]

    def _positions_in(self, module: Module) -> Positions:
        found = self._positions.get(module)
        if found is None:
            found = self._positions[module] = Positions(module.text)
        return found

    def _ask(self, module: Module, ranges: Sequence[Range]) -> list[Term]:
        path = str(module.path)
        missing = [r for r in dict.fromkeys(ranges) if (path, r) not in self._known]
        if missing and self._server is not None and self.fault is None:
            try:
                answers = self._server.types(module.path, missing)
            except ServerGoneError as error:
                self.fault = str(error)
            else:
                for place, answer in zip(missing, answers, strict=True):
                    self._known[path, place] = self._reader.term(answer)
        return [self._known.get((path, place), ANY) for place in ranges]
