"""The dotted names that the program compares against, each written once, and how to reach them.

A library's function has a public name (`jax.jit`), the name of its definition, which is what mypy
resolves every use of it to (`jax._src.api.jit`), and often further public spellings.  The program
speaks in one public name each; `canonical` leads there::

    canonical("equinox.nn._stateful.State.set")   # "equinox.nn.State.set"
    canonical("jax._src.api.jit")                 # "jax.jit"
    canonical("jax.tree.map")                     # "jax.tree_util.tree_map"
    canonical("typing.MutableMapping.update")     # "builtins.dict.update"

Exact entries come first, then rules by prefix.  The rules serve versions of JAX and Equinox in
which a definition has moved to another private module.

Limits: `canonical` is a matter of spelling and never fails: a private helper gets a public looking
name too, which no table contains.  The methods of the abstract containers are taken to do what
those of `list`, `dict` and `set` do.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

BORROWED: Final = "mypy_eqxstate.Borrowed"
CONSUMED: Final = "mypy_eqxstate.Consumed"
AFFINE: Final = "mypy_eqxstate.affine"
CLONE: Final = "mypy_eqxstate.clone"

LIBRARY: Final = "equinox"
"""The package that defines `State`."""

STATE: Final = "equinox.nn.State"
STATE_INDEX: Final = "equinox.nn.StateIndex"
STATEFUL_LAYER: Final = "equinox.nn.StatefulLayer"
MODULE: Final = "equinox.Module"
NEW_TYPE: Final = "typing.NewType"
SUPPRESS: Final = "contextlib.suppress"
MAKE_WITH_STATE: Final = "equinox.nn.make_with_state"

AFFINE_CLASSES: Final = frozenset({STATE, "equinox.nn._stateful.State"})
"""The affine classes of the libraries, by public name and by the names of their definitions."""

DESCRIBED_PACKAGES: Final = frozenset({"equinox", "jax", "jaxlib", "numpy", "pytest", "_pytest"})
"""Packages whose callables count by their row, else by their signature, and never by their body.

They rest on tracing, on introspection, and on other things that can't be read off the source.
"""

EXACT: Mapping[str, str] = MappingProxyType(
    {
        # Equinox: further public spellings.
        "equinox.tree_inference": "equinox.nn.inference_mode",
        "equinox.nn._misc.named_scope": "jax.named_scope",
        "equinox.internal._loop.loop.scan": "equinox.internal.scan",
        "equinox.internal._loop.loop.while_loop": "equinox.internal.while_loop",
        "equinox.internal.announce_transform": "equinox.debug.announce_transform",
        "equinox.internal.branched_error_if": "equinox.branched_error_if",
        "equinox.internal.debug_backward_nan": "equinox.debug.backward_nan",
        "equinox.internal.error_if": "equinox.error_if",
        "equinox.internal.store_dce": "equinox.debug.store_dce",
        # JAX: further public spellings.
        "jax.ad_checkpoint.checkpoint": "jax.checkpoint",
        "jax.ad_checkpoint.remat": "jax.checkpoint",
        "jax.custom_derivatives.custom_gradient": "jax.custom_gradient",
        "jax.custom_derivatives.custom_jvp": "jax.custom_jvp",
        "jax.custom_derivatives.custom_vjp": "jax.custom_vjp",
        "jax.experimental.pjit.pjit": "jax.jit",
        "jax.experimental.shard_map.shard_map": "jax.shard_map",
        "jax.jacobian": "jax.jacrev",
        "jax.remat": "jax.checkpoint",
        "jax.tree.all": "jax.tree_util.tree_all",
        "jax.tree.broadcast": "jax.tree_util.tree_broadcast",
        "jax.tree.flatten": "jax.tree_util.tree_flatten",
        "jax.tree.flatten_with_path": "jax.tree_util.tree_flatten_with_path",
        "jax.tree.leaves": "jax.tree_util.tree_leaves",
        "jax.tree.leaves_with_path": "jax.tree_util.tree_leaves_with_path",
        "jax.tree.map": "jax.tree_util.tree_map",
        "jax.tree.map_with_path": "jax.tree_util.tree_map_with_path",
        "jax.tree.reduce": "jax.tree_util.tree_reduce",
        "jax.tree.structure": "jax.tree_util.tree_structure",
        "jax.tree.transpose": "jax.tree_util.tree_transpose",
        "jax.tree.unflatten": "jax.tree_util.tree_unflatten",
        # JAX: definitions that are called otherwise, or stand outside the public name's module.
        "jax._src.ad_checkpoint.checkpoint_wrapper": "jax.checkpoint",
        "jax._src.callback.io_callback": "jax.experimental.io_callback",
        "jax._src.callback.pure_callback_api": "jax.pure_callback",
        "jax._src.debugging.debug_callback": "jax.debug.callback",
        "jax._src.debugging.debug_print": "jax.debug.print",
        "jax._src.lax.control_flow.conditionals._cond": "jax.lax.cond",
        "jax._src.pjit.pjit": "jax.jit",
        "jax._src.pjit.with_sharding_constraint": "jax.lax.with_sharding_constraint",
        # Python: definitions outside the public name's module.
        "_functools.partial": "functools.partial",
        "_functools.reduce": "functools.reduce",
        # What a deque has and a list has not.
        "collections.deque.appendleft": "collections.deque.appendleft",
        "collections.deque.extendleft": "collections.deque.extendleft",
        "collections.deque.popleft": "collections.deque.popleft",
        "collections.deque.rotate": "collections.deque.rotate",
    }
)
"""Names with a rule of their own -> the name that the program uses."""

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "mypy_eqxstate.annotations.": "mypy_eqxstate.",
        # JAX and Optax: the module of the definition -> the public module.
        "jax._src.ad_checkpoint.": "jax.",
        "jax._src.api.": "jax.",
        "jax._src.callback.": "jax.",
        "jax._src.custom_batching.": "jax.custom_batching.",
        "jax._src.custom_derivatives.": "jax.",
        "jax._src.debugging.": "jax.debug.",
        "jax._src.flatten_util.": "jax.flatten_util.",
        "jax._src.lax.control_flow.conditionals.": "jax.lax.",
        "jax._src.lax.control_flow.loops.": "jax.lax.",
        "jax._src.lax.lax.": "jax.lax.",
        "jax._src.lax.parallel.": "jax.lax.",
        "jax._src.pjit.": "jax.",
        "jax._src.pmap.": "jax.",
        "jax._src.shard_map.": "jax.",
        "jax._src.stages.": "jax.stages.",
        "jax._src.tree.": "jax.tree.",
        "jax._src.tree_util.": "jax.tree_util.",
        "optax._src.update.": "optax.",
        # Python: the module of the definition -> the public module.
        "_asyncio.": "asyncio.",
        "_operator.": "operator.",
        "_pickle.": "pickle.",
        "asyncio.runners.": "asyncio.",
        "asyncio.tasks.": "asyncio.",
        "typing_extensions.": "typing.",
        # Methods of containers: the ancestor or sibling class -> the class in the table.
        "collections.OrderedDict.": "builtins.dict.",
        "collections.UserDict.": "builtins.dict.",
        "collections.UserList.": "builtins.list.",
        "collections.abc.Mapping.": "builtins.dict.",
        "collections.abc.MutableMapping.": "builtins.dict.",
        "collections.abc.MutableSequence.": "builtins.list.",
        "collections.abc.MutableSet.": "builtins.set.",
        "collections.abc.Sequence.": "builtins.list.",
        "collections.defaultdict.": "builtins.dict.",
        "collections.deque.": "builtins.list.",
        "typing.AbstractSet.": "builtins.set.",
        "typing.Mapping.": "builtins.dict.",
        "typing.MutableMapping.": "builtins.dict.",
        "typing.MutableSequence.": "builtins.list.",
        "typing.MutableSet.": "builtins.set.",
        "typing.Sequence.": "builtins.list.",
    }
)
"""Leading parts of names -> what stands for them; the longest one that fits is taken."""

PRIVATE_MODULES_OF: Final = frozenset({"equinox", "jaxtyping"})
"""Packages whose private modules are re-exported by the public package that they stand in."""

_PREFIXES_BY_LENGTH = sorted(PREFIXES, key=len, reverse=True)


@lru_cache(maxsize=4096)
def canonical(full_name: str) -> str:
    """Give the one name that the program uses for a definition.

    Args:
        full_name: a dotted name, public or of the definition, e.g. `equinox._jit.filter_jit`.

    Returns:
        The public name, e.g. `equinox.filter_jit`; a name without a rule is returned as it is.

    Source: measured with mypy 2.4.1 on Equinox 0.13.8 and JAX 0.10.2; the test of the library table
    repeats that for every entry on the installed versions.
    """
    name = full_name
    if name not in EXACT:
        name = _public(name)
    return EXACT.get(name, name)


def holders(full_name: str) -> Iterator[str]:
    """What a full name may be defined in, the longest name first: classes around it, modules.

    Args:
        full_name: dotted; that of a module gives the packages around it.
    """
    while "." in full_name:
        full_name = full_name.rpartition(".")[0]
        yield full_name


def may_be_read(module: str, path: str | None) -> bool:
    """Whether bodies of a module may be looked into, as far as its name and its file tell.

    A module of one's own may be called like one of the standard library, which is a stub.

    Args:
        module: its name.
        path: its file; None if it has none.
    """
    top = module.partition(".")[0]
    if top in DESCRIBED_PACKAGES:
        return False
    return top not in sys.stdlib_module_names or (path is not None and path.endswith(".py"))


def _public(name: str) -> str:
    """Replace the private part of a name by the rules."""
    package = name.partition(".")[0]
    if package in PRIVATE_MODULES_OF:
        return ".".join(part for part in name.split(".") if not _is_private_module(part))
    for prefix in _PREFIXES_BY_LENGTH:
        if name.startswith(prefix):
            return PREFIXES[prefix] + name[len(prefix) :]
    if name.startswith("jax._src.lax."):
        # Further modules of `jax.lax` come and go; all that is public in them is in `jax.lax`.
        return "jax.lax." + name.rpartition(".")[2]
    return name


def _is_private_module(part: str) -> bool:
    return part.startswith("_") and not part.startswith("__")
