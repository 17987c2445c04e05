"""What users write in their own code: ownership annotations, `affine` and `clone`.

`Borrowed[T]` and `Consumed[T]` say what a function does with the object that it is given. They are
generic aliases of `typing.Annotated`: at run time they carry a small marker and do nothing, and to
every type checker they are plain `T`. mypy keeps the name of the alias in a signature
(`mypy_eqxstate.annotations.Borrowed`, whichever way it was imported), and that is where the plugin
reads it.

This module is part of every build in which the type stubs for Equinox are found, because they
import it. So it must stay light for a type checker too: it imports nothing but `typing`, and JAX
inside `clone`.

Limits: nothing is enforced at run time. Equinox itself raises where an old State is read, and a
user's own affine class must do so itself if it wants to.
"""

from typing import Annotated, Any, Final, TypeVar, final

_T = TypeVar("_T")
_Class = TypeVar("_Class", bound=type[Any])


@final
class Ownership:
    """The run time marker inside `Borrowed` and `Consumed`.

    Args:
        name: the alias that carries this marker, for `repr`.
    """

    __slots__ = ("name",)

    name: Final[str]

    def __init__(self, name: str) -> None:
        """Make the marker of the alias called `name`."""
        self.name = name

    def __repr__(self) -> str:
        """Show the marker as the alias that carries it."""
        return f"mypy_eqxstate.{self.name}"


Borrowed = Annotated[_T, Ownership("Borrowed")]
"""`Borrowed[State]` on a parameter: the function only reads the object; the caller keeps it."""

Consumed = Annotated[_T, Ownership("Consumed")]
"""`Consumed[State]` on a parameter: the function uses it up, and nobody may use it after."""


def affine(cls: _Class) -> _Class:
    """Declare a class whose objects are used up by the methods that consume them.

    A method says so on its own first parameter, `self: Consumed[MyClass]`, and a method that only
    reads says `self: Borrowed[MyClass]`. The plugin then checks every use of the class as it checks
    `equinox.nn.State`, which the shipped stubs declare in this very way.

    Args:
        cls: any class.

    Returns:
        The same class, unchanged.
    """
    return cls


def clone(tree: Borrowed[_T]) -> _T:
    """Copy a State, or any PyTree that holds one, so that both may be used independently.

    This is what Equinox's own error message recommends: flatten and unflatten. The arrays are
    shared, not copied. It works eagerly and while JAX traces (`jit`, `vmap`, `grad`, ...).

    Args:
        tree: a State, or any PyTree.

    Returns:
        A new object of the same structure with the same leaves.

    Raises:
        ValueError: from Equinox, if a State in `tree` is already old.
        ImportError: if JAX is not installed.

    Source: the message `_state_error` in `equinox/nn/_stateful.py`.
    """
    import jax

    leaves, structure = jax.tree_util.tree_flatten(tree)
    copy: _T = jax.tree_util.tree_unflatten(structure, leaves)
    return copy
