"""Internal faults: an exception of our own code that was contained, told in one line.

Every stage contains its own: a fault in one function's analysis costs the findings in that function
and no others.  What is lost is said in a note of the module (`report/to_mypy.py`), which names the
function that was being analysed, the exception, and the place in our code:

    mypy_eqxstate: internal fault in train.py: fit: KeyError: 'state' (heap.py:87); the rest ...

Limit: what is no `Exception` (an interrupt) is nobody's fault and passes through.
"""

from __future__ import annotations

import ast
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

THE_MODULE: Final = "the module"


@dataclass(frozen=True)
class Fault:
    """What went wrong.

    Attributes:
        function: what was being worked on, the analysed function if there is one.
        text: the exception, and where in our own code it came up.
        trace: the whole traceback.
    """

    function: str
    text: str
    trace: str

    def __str__(self) -> str:
        return f"{self.function}: {self.text}"


def fault_of(error: Exception, function: str) -> Fault:
    """The fault that an exception is.

    Args:
        error: what was raised.
        function: the name of the analysed function.
    """
    frames = traceback.extract_tb(error.__traceback__)
    where = frames[-1] if frames else None
    place = f" ({PurePath(where.filename).name}:{where.lineno})" if where else ""
    trace = "".join(traceback.format_exception(error))
    return Fault(function, f"{type(error).__name__}: {error}{place}", trace)


def note_fault(faults: list[Fault], error: Exception, function: str) -> None:
    """Add the fault that an exception is to others, unless it is known already.

    Args:
        faults: where to add it.
        error: what was raised.
        function: the name of the analysed function.
    """
    fault = fault_of(error, function)
    if all(str(known) != str(fault) for known in faults):
        faults.append(fault)


@contextmanager
def contained(faults: list[Fault], function: str) -> Iterator[None]:
    """Let an exception end the block only, and note it.

    Args:
        faults: where to note it.
        function: the name of the analysed function.
    """
    try:
        yield
    except Exception as error:
        note_fault(faults, error, function)


def function_at(tree: ast.Module, line: int) -> str:
    """The name of the innermost function or method around a line, or `THE_MODULE`."""
    name = THE_MODULE
    for node in ast.walk(tree):  # from the outside in
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.lineno <= line <= (
            node.end_lineno or node.lineno
        ):
            name = node.name
    return name
