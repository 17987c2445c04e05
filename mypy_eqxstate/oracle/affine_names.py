"""The names of classes that are affine by the library table or the configuration.

Type checkers name a class by its definition (`equinox.nn._stateful.State`), and users by where they
import it from (`equinox.nn.State`); both are the same class.

Limit: a class of one's own is known under other names only if `fullnames.canonical` knows the rule.
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy_eqxstate import fullnames


class AffineNames:
    """The full names of classes that are affine without being decorated.

    A name is compared as mypy has it and as the library's users write it, so that
    `equinox.nn._stateful.State` is `equinox.nn.State`.

    Args:
        configured: names from the configuration.
    """

    def __init__(self, configured: Iterable[str]) -> None:
        self._names = fullnames.AFFINE_CLASSES.union(configured)

    def __contains__(self, name: object) -> bool:
        """Whether a class of this full name is affine."""
        if not isinstance(name, str):
            return False
        return name in self._names or fullnames.canonical(name) in self._names
