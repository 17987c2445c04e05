"""Oracles for code whose expressions have no types: what answers nothing, and definitions only.

`DeclaredOracle` is for modules that calls lead into.  What their bodies say must not depend on who
asks, so the types of their expressions are never asked for; what they declare is.
"""

from __future__ import annotations

import ast
from typing import Protocol

from mypy_eqxstate.oracle.protocol import ClassInfo, Declaration
from mypy_eqxstate.oracle.shapes import UNKNOWN, Shape, Signature


class SilentOracle:
    """Knows nothing; in doubt statements are reached, calls return and exceptions pass."""

    def declaring(self) -> frozenset[str]:
        """Nothing is read."""
        return frozenset()

    def affine_lines(self) -> frozenset[int] | None:
        """No types, no lines."""
        return None

    def shape(self, node: ast.expr) -> Shape:
        """Not known."""
        return UNKNOWN

    def target(self, node: ast.expr) -> str | None:
        """Not known."""
        return None

    def signature(self, call: ast.Call) -> Signature | None:
        """Not known."""
        return None

    def declaration(self, full_name: str) -> Declaration | None:
        """Not known."""
        return None

    def class_info(self, full_name: str) -> ClassInfo | None:
        """Not known."""
        return None

    def is_concerned(self, full_name: str) -> bool:
        """In doubt, the module of a definition imports an affine one."""
        return True

    def method(self, class_name: str, name: str) -> Declaration | None:
        """Not known."""
        return None

    def parameter_signature(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef
    ) -> Signature | None:
        """Not known."""
        return None

    def reachable(self, statement: ast.stmt) -> bool:
        """In doubt, a statement can be reached."""
        return True

    def never_returns(self, call: ast.Call) -> bool:
        """In doubt, a call returns."""
        return False

    def swallows_exceptions(self, context: ast.expr) -> bool:
        """In doubt, a context manager lets exceptions pass."""
        return False


class Definitions(Protocol):
    """Who knows what definitions declare, wherever they are."""

    def declaration(self, full_name: str) -> Declaration | None:
        """The function or method of this full name (of a class: its constructor), or None."""
        ...

    def class_info(self, full_name: str) -> ClassInfo | None:
        """The class of this full name; None if there is none."""
        ...

    def method(self, class_name: str, name: str) -> Declaration | None:
        """The method that an instance of the class has under this name, looked up by its MRO."""
        ...


class DeclaredOracle(SilentOracle):
    """Answers from what definitions declare; of expressions nothing is known.

    Args:
        definitions: knows what they declare.
    """

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions

    def declaration(self, full_name: str) -> Declaration | None:
        """The function or method of this full name (of a class: its constructor), or None."""
        return self._definitions.declaration(full_name)

    def class_info(self, full_name: str) -> ClassInfo | None:
        """The class of this full name; None if there is none."""
        return self._definitions.class_info(full_name)

    def method(self, class_name: str, name: str) -> Declaration | None:
        """The method that an instance of the class has under this name, looked up by its MRO."""
        return self._definitions.method(class_name, name)
