"""How an oracle keeps its promise never to raise.

A question that goes wrong inside is answered "I don't know", and what went wrong is kept, once a
question, so that it can be reported.

    class MyOracle(Answering):
        @answering(UNKNOWN)
        def shape(self, node: ast.expr) -> Shape: ...

Limit: what is no `Exception` passes through.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from mypy_eqxstate.faults import Fault, fault_of, function_at

_Parameters = ParamSpec("_Parameters")
_Answer = TypeVar("_Answer")
_Unknown = TypeVar("_Unknown")
_Question = Callable[_Parameters, _Answer]


class Answering:
    """An oracle that keeps its faults.

    Args:
        module_ast: the module that it answers about.

    Attributes:
        faults: the first internal fault of each question, by its name.
    """

    def __init__(self, module_ast: ast.Module) -> None:
        self.faults: dict[str, Fault] = {}
        self._module_ast = module_ast

    def note_fault(self, question: str, error: Exception, *subject: object) -> None:
        """Keep what went wrong with a question, if it is the first time."""
        if question in self.faults:
            return
        line = max((getattr(node, "lineno", 0) for node in subject), default=0)
        about = f"{function_at(self._module_ast, line)}, in the oracle's `{question}`"
        self.faults[question] = fault_of(error, about)


def answering(
    unknown: _Unknown,
) -> Callable[[_Question[_Parameters, _Answer]], _Question[_Parameters, _Answer | _Unknown]]:
    """Make a question answer `unknown` instead of raising, and note the fault."""

    def wrap(
        question: _Question[_Parameters, _Answer],
    ) -> _Question[_Parameters, _Answer | _Unknown]:
        @functools.wraps(question)
        def safe(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Answer | _Unknown:
            try:
                return question(*args, **kwargs)
            except Exception as error:
                oracle = args[0]
                if isinstance(oracle, Answering):
                    oracle.note_fault(question.__name__, error, *args[1:])
                return unknown

        return safe

    return wrap
