"""What the callables of the libraries do to affine objects: the table and how to look it up.

A type checker cannot read `jax.jit` or `BatchNorm.__call__` for this: the signatures are too wide
(`Any`, `Callable[..., Any]`), or say nothing of what happens to the objects.  So the table says it,
one line an entry, public dotted name -> row in the notation of `contracts/notation.py`; the entries
are in `equinox.py`, `jax.py` and `python.py` beside this file.  A name with several public
spellings (`jax.remat` is `jax.checkpoint`) has one entry; `mypy_eqxstate.fullnames.canonical` leads
every spelling, and the names of the definitions that mypy resolves to, there.

Example.  `library_row("equinox.nn._stateful.State.set")` finds the entry
`"equinox.nn.State.set": "(self: consume, item, value) -> fresh"` and returns its contract.

Each entry is tested against the real library: the test calls it and looks which objects are old
afterwards and which objects the result is made of.

Limits: an entry describes the newest version of its library; `docs/versions.md` lists where older
ones differ.  It describes the ordinary call.  A PyTree function that is given an `is_leaf` under
which a State is a leaf hands the State itself on, where its row says that the result is a copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from mypy_eqxstate.contracts.library.equinox import EVIDENCE as _EQUINOX_EVIDENCE
from mypy_eqxstate.contracts.library.equinox import ROWS as _EQUINOX
from mypy_eqxstate.contracts.library.jax import ROWS as _JAX
from mypy_eqxstate.contracts.library.python import ROWS as _PYTHON
from mypy_eqxstate.contracts.model import Row
from mypy_eqxstate.contracts.notation import parse_row
from mypy_eqxstate.fullnames import AFFINE_CLASSES, DESCRIBED_PACKAGES, canonical

__all__ = [
    "AFFINE_CLASSES",
    "COMPARISONS",
    "DESCRIBED_PACKAGES",
    "EVIDENCE",
    "LIBRARY",
    "PRODUCERS",
    "affine_class_shown",
    "library_row",
]

LIBRARY: Mapping[str, str] = MappingProxyType({**_EQUINOX, **_JAX, **_PYTHON})
"""Public dotted name -> row, in the notation."""

PRODUCERS: frozenset[str] = frozenset(
    name
    for name, text in LIBRARY.items()
    if "fresh" in text
    and "supersede" not in text
    and not any(name.startswith(f"{class_name}.") for class_name in AFFINE_CLASSES)
)
"""What makes affine objects out of others: mentioning one shows that there are some."""

COMPARISONS: frozenset[str] = frozenset({"equinox.tree_equal"})
"""What compares its arguments: a State and its older version, for instance."""

EVIDENCE: Mapping[str, tuple[str, str]] = MappingProxyType(_EQUINOX_EVIDENCE)
"""Name of a method -> (class of its first argument, affine class), by public names.

Calling a method of this name on an object of which nothing is known, with a first argument of that
class, shows that the object is of the affine class: `s.get(index)` with a `StateIndex`.
"""


def affine_class_shown(method: str, argument_class: str) -> str | None:
    """Find of which affine class an unknown object must be, from a call of one of its methods.

    Args:
        method: the name of the method, e.g. `get`.
        argument_class: the class of the first argument, by its public name or by that of its
            definition (`equinox.nn._stateful.StateIndex`).

    Returns:
        The public name of the affine class; None if the call shows nothing.

    Source: `EVIDENCE`.
    """
    expected, affine_class = EVIDENCE.get(method, ("", ""))
    return affine_class if expected and canonical(argument_class) == expected else None


def library_row(name: str) -> Row | None:
    """Find what the table says of a callable.

    Args:
        name: its dotted name: public, or of the definition (`jax._src.api.jit`).

    Returns:
        The contract or transform, parsed once and kept; None if the table has no such entry.

    Source: `LIBRARY`.
    """
    return _parsed(canonical(name))


@cache
def _parsed(name: str) -> Row | None:
    text = LIBRARY.get(name)
    return None if text is None else parse_row(text)
