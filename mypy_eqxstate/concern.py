"""Which modules can concern us: those that an affine object can come to.

That is a module that imports, directly or not, one which defines an affine class: the home of a
class named in the library table or the configuration, or one that imports `mypy_eqxstate` (for
`@affine`); and of these, one that is written about such objects, or imports one that is
(`mentions.py`).

Worked example.  `train` imports `steps`, `steps` imports Equinox and names `State`, `data` imports
Equinox and names nothing of the kind: `train` and `steps` are concerned, and so is Equinox itself.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Final

from mypy_eqxstate.fullnames import holders
from mypy_eqxstate.graph import importers, reachable

# What declares classes affine (`@affine`), and how the stubs do it.
_OWN_MODULES: Final = ("mypy_eqxstate", "mypy_eqxstate.annotations")


def homes(classes: Iterable[str]) -> frozenset[str]:
    """The names of all modules that an affine class may be defined in.

    Args:
        classes: the full names of affine classes.
    """
    return frozenset(_OWN_MODULES).union(*map(holders, classes))


def concerned(
    imports: Mapping[str, Iterable[str]],
    classes: Iterable[str],
    may_be_read: Callable[[str], bool],
    is_about_them: Callable[[str], bool] | None,
) -> set[str]:
    """The modules that an affine object can come to.

    Args:
        imports: the modules that each module imports.
        classes: the full names of affine classes.
        may_be_read: whether bodies of a module may be looked into.
        is_about_them: whether a module is written about affine objects; None if all may be.
    """
    importing = importers(imports)
    near = reachable(importing, _roots(imports, classes))
    if is_about_them is None:
        return near
    own = set(filter(may_be_read, near)).difference(_OWN_MODULES)
    return near - own | own & reachable(importing, filter(is_about_them, own))


def _roots(modules: Container[str], classes: Iterable[str]) -> set[str]:
    """The modules that define an affine class, or on which such a definition rests."""
    roots = {name for name in _OWN_MODULES if name in modules}
    for name in classes:
        home = next((holder for holder in holders(name) if holder in modules), None)
        if home is not None:
            roots.add(home)
    return roots
