"""Oracles that make the analysis look at every function of any code.

`UnboundedOracle` has no types at all, and says of every line that an affine object may be there:
all functions are solved, though nothing in them is a State.  `GivingOracle` says that functions are
given States: the first parameters of each are declared as one, a tuple of two and a list of them,
so that ordinary code juggles with States in all the ways that programs juggle with values.
"""

from __future__ import annotations

import ast
from typing import Final

from mypy_eqxstate.fullnames import STATE
from mypy_eqxstate.oracle.shapes import (
    UNKNOWN,
    AffineShape,
    ContainerShape,
    Parameter,
    ParameterKind,
    Shape,
    Signature,
    TupleShape,
)
from mypy_eqxstate.oracle.silent import SilentOracle

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_STATE: Final = AffineShape(STATE)
_GIVEN: Final = (_STATE, TupleShape((UNKNOWN, _STATE)), ContainerShape(_STATE), UNKNOWN)


class UnboundedOracle(SilentOracle):
    """Knows nothing of any expression; affine objects may be anywhere.

    Args:
        tree: the module's syntax tree.
    """

    def __init__(self, tree: ast.Module) -> None:
        last = max((getattr(node, "end_lineno", None) or 0 for node in tree.body), default=0)
        self._lines = frozenset(range(1, last + 1))

    def affine_lines(self) -> frozenset[int] | None:
        """All."""
        return self._lines


class GivingOracle(UnboundedOracle):
    """Says that the first parameters of every function are declared as States."""

    def parameter_signature(self, function: _Function) -> Signature | None:
        """A State, a tuple with one, a list of them; what follows is not known."""
        arguments = function.args
        kinds = [
            *((a, ParameterKind.POSITIONAL_ONLY) for a in arguments.posonlyargs),
            *((a, ParameterKind.POSITIONAL) for a in arguments.args),
            *((a, ParameterKind.KEYWORD_ONLY) for a in arguments.kwonlyargs),
        ]
        parameters: list[Parameter] = []
        given = 0
        for argument, kind in kinds:
            shape: Shape = UNKNOWN
            if argument.arg not in {"self", "cls"}:
                shape = _GIVEN[min(given, len(_GIVEN) - 1)]
                given += 1
            parameters.append(Parameter(argument.arg, kind, shape))
        return Signature(tuple(parameters), UNKNOWN)
