"""Which classes hold nothing, and which are containers: decisions that all oracles share.

An array, a number or a string can't hold an affine object.  A few classes say nothing of what they
hold: everything is an `object`.  A class of the standard library that iterates, maps or awaits is
known by what it gives; so is a subclass of `list`, `dict`, `set` or `tuple`.

Limit: the names are those of definitions as type checkers see them, in typeshed and in stubs.
"""

from __future__ import annotations

from typing import Final

PLAIN_CLASSES: Final = frozenset(
    {
        "builtins.bool",
        "builtins.bytearray",
        "builtins.bytes",
        "builtins.complex",
        "builtins.ellipsis",
        "builtins.float",
        "builtins.int",
        "builtins.memoryview",
        "builtins.range",
        "builtins.slice",
        "builtins.str",
        "types.NotImplementedType",
        "types.EllipsisType",
    }
)
PLAIN_BASES: Final = frozenset(
    {
        "builtins.BaseException",
        "enum.Enum",
        "jax._src.basearray.Array",
        "jax.Array",
        "jax._src.typing.SupportsDType",
        "numpy.dtype",
        "numpy.generic",
        "numpy.ndarray",
    }
)
OPAQUE_CLASSES: Final = frozenset(
    {
        "builtins.object",
        "builtins.function",
        "builtins.type",
        "jaxtyping._pytree_type.PyTree",
        "types.FunctionType",
        "types.MethodType",
    }
)
STANDARD_CONTAINER_MODULES: Final = (
    "builtins",
    "typing",
    "collections",
    "types",
    "asyncio",
    "queue",
)
CONTAINER_BASES: Final = ("builtins.list", "builtins.dict", "builtins.set", "builtins.tuple")
