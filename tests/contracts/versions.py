"""Where the library table is not true of older versions of the libraries, as data.

The table describes the newest versions. `ROWS_SINCE` says which rows speak of something that older
versions have not, `PARAMETERS_SINCE` the same of single parameters, and `DIFFERENT_BEFORE` where an
older version does something else than the row says. All three are tested in both directions, so
that on every version each row is either true, or absent or different as said here.

Example.  `"jax.block_until_ready": Different(Since("jax", "0.4.28"), ...)`: before JAX 0.4.28 the
experiment for that row must fail, and with that error; from 0.4.28 on it must succeed.

Limits: the versions are the first ones of those looked at. Of JAX 0.4 only every second or third
release was, and one for which PyPI has no wheel was not.
"""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from packaging.version import Version


@dataclass(frozen=True)
class Since:
    """The first version of a package (or of `python`) in which something is so."""

    package: str
    version: str

    @property
    def reached(self) -> bool:
        """Whether the installed version is that one or a newer one."""
        return installed(self.package) >= Version(self.version)

    def __str__(self) -> str:
        return f"{self.package} {self.version}"


@dataclass(frozen=True)
class Different:
    """What older versions do instead.

    Attributes:
        until: the version from which on the row is true.
        error: a part of what the experiment fails with before that.
        what: the difference in words.
    """

    until: Since
    error: str
    what: str


def installed(package: str) -> Version:
    """Find the installed version of a package, or of Python."""
    if package == "python":
        return Version(".".join(map(str, sys.version_info[:3])))
    return Version(importlib.metadata.version(package))


ROWS_SINCE: Mapping[str, Since] = {
    "copy.replace": Since("python", "3.13"),
    "equinox.debug.assert_max_traces": Since("equinox", "0.11.2"),
    "equinox.filter_hessian": Since("equinox", "0.11.4"),
    "equinox.filter_jacfwd": Since("equinox", "0.11.4"),
    "equinox.filter_jacrev": Since("equinox", "0.11.4"),
    "equinox.filter_shard": Since("equinox", "0.11.4"),
    "jax.copy_to_host_async": Since("jax", "0.5.3"),
    "jax.lax.optimization_barrier": Since("jax", "0.4.33"),
    "jax.tree_util.register_dataclass": Since("jax", "0.4.27"),
    "jax.tree_util.register_static": Since("jax", "0.4.16"),
    "jax.tree_util.tree_broadcast": Since("jax", "0.6.2"),
}
"""Row -> the first version that has such a callable, by this name or another that leads to it."""

PARAMETERS_SINCE: Mapping[tuple[str, str], Since] = {
    ("jax.tree_util.tree_all", "is_leaf"): Since("jax", "0.4.30"),
    ("jaxtyping.jaxtyped", "typechecker"): Since("jaxtyping", "0.2.24"),
}
"""Row and one of its parameters -> the first version that has the parameter."""

_JACOBIANS = Different(
    Since("equinox", "0.11.5"),
    "Expected tuple, got None",
    "a fault of Equinox: every call with `has_aux` raises",
)

DIFFERENT_BEFORE: Mapping[str, Different] = {
    "equinox.debug.announce_transform": Different(
        Since("equinox", "0.11.1"),
        "can only concatenate tuple",
        "a fault of Equinox: every call raises",
    ),
    "equinox.filter_hessian": _JACOBIANS,
    "equinox.filter_jacfwd": _JACOBIANS,
    "equinox.filter_jacrev": _JACOBIANS,
    "equinox.tree_at": Different(
        Since("equinox", "0.11.5"),
        "the very State came back",
        "a State that is given as the replacement becomes a part of the result itself, not a copy",
    ),
    "jax.block_until_ready": Different(
        Since("jax", "0.4.28"),
        "another object came back",
        "returns a copy, not the very object",
    ),
}
"""Row -> what older versions do, if they have it at all."""
