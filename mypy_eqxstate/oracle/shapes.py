"""The ownership-relevant shape of a type.

A type checker knows far more about an expression than the analysis wants: an array's dtype, a
protocol's variance, a literal's value.  What matters here is only *where in a value an affine
object can sit* and *what calling the value does*.  A shape says just that.  `tuple[Array, State]`
becomes `TupleShape((PLAIN, AffineShape("equinox.nn._stateful.State")))`; `dict[str, State]` becomes
a `ContainerShape`; `Array` becomes `PLAIN`.

Shapes are immutable, hashable and finite: a class stands for itself by its full name
(`InstanceShape`), and its fields are asked for when they are needed (`Oracle.class_info`), so a
recursive class makes no infinite shape.  `UNKNOWN` (the type checker's Any) is different from
`PLAIN`: a plain value can never hold an affine object, an unknown one may.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Mode(Enum):
    """What an annotation says of a parameter: `Borrowed[...]`, `Consumed[...]`, or nothing."""

    __hash__ = object.__hash__  # enum's own is written in Python, and slow

    UNSPECIFIED = "unspecified"
    BORROWED = "borrowed"
    CONSUMED = "consumed"


class ParameterKind(Enum):
    """How arguments reach a parameter."""

    __hash__ = object.__hash__  # enum's own is written in Python, and slow

    POSITIONAL_ONLY = "positional-only"
    POSITIONAL = "positional"
    STAR = "*"
    KEYWORD_ONLY = "keyword-only"
    DOUBLE_STAR = "**"


@dataclass(frozen=True, slots=True)
class PlainShape:
    """A value that can't hold an affine object (an array, a number, a string ...)."""


@dataclass(frozen=True, slots=True)
class UnknownShape:
    """A value of which nothing is known (`Any`, or no type at all)."""


@dataclass(frozen=True, slots=True)
class NoneShape:
    """`None`."""


@dataclass(frozen=True, slots=True)
class AffineShape:
    """An object of an affine class, by the class's full name."""

    class_name: str


@dataclass(frozen=True, slots=True)
class TupleShape:
    """A tuple of known length; `names` are its field names if it is a NamedTuple."""

    items: tuple[Shape, ...]
    class_name: str = "builtins.tuple"
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContainerShape:
    """A container of unknown length whose elements (dict: values) all have one shape."""

    element: Shape
    class_name: str = "builtins.list"


@dataclass(frozen=True, slots=True)
class InstanceShape:
    """An instance of a class that is neither affine nor plain, by full name."""

    class_name: str


@dataclass(frozen=True, slots=True)
class ClassShape:
    """A class itself, as a value."""

    class_name: str


@dataclass(frozen=True, slots=True)
class ModuleShape:
    """A module, as a value."""

    name: str


@dataclass(frozen=True, slots=True)
class UnionShape:
    """One of several shapes; never nested, never containing `PlainShape` more than once."""

    items: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a signature.  `shape` of `*args`/`**kwargs` is that of one element."""

    name: str
    kind: ParameterKind
    shape: Shape
    mode: Mode = Mode.UNSPECIFIED
    has_default: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """The type of a callable.

    `parameters` leaves out an already bound `self`/`cls`; `annotated` is false when the callable
    has no annotations at all, so that its shapes say nothing.
    """

    parameters: tuple[Parameter, ...]
    result: Shape
    annotated: bool = True
    _hash: int | None = field(default=None, init=False, repr=False, compare=False)

    def __hash__(self) -> int:
        """Worked out once: signatures are parts of what sets and dictionaries are asked for."""
        if self._hash is None:
            contents = hash((self.parameters, self.result, self.annotated))
            object.__setattr__(self, "_hash", contents)
            return contents
        return self._hash


@dataclass(frozen=True, slots=True)
class CallableShape:
    """A callable value that is known only by its type: `Callable[...]`, a Protocol's `__call__`.

    Several signatures are the items of an overload.
    """

    signatures: tuple[Signature, ...]


Shape = (
    PlainShape
    | UnknownShape
    | NoneShape
    | AffineShape
    | TupleShape
    | ContainerShape
    | InstanceShape
    | ClassShape
    | ModuleShape
    | UnionShape
    | CallableShape
)

PLAIN = PlainShape()
UNKNOWN = UnknownShape()
NONE = NoneShape()


def leaves_open(shape: Shape) -> bool:
    """Whether a declared shape is unknown, or a tuple with such a part: `tuple[Array, Any]`."""
    if isinstance(shape, TupleShape):
        return any(map(leaves_open, shape.items))
    return isinstance(shape, UnknownShape)


def completed(declared: Shape, given: Shape) -> Shape:
    """A declared shape with what is open in it taken from what is given.

    Args:
        declared: possibly with open parts.
        given: the shape of an argument.
    """
    if isinstance(declared, UnknownShape):
        return given
    if (
        isinstance(declared, TupleShape)
        and isinstance(given, TupleShape)
        and len(declared.items) == len(given.items)
    ):
        parts = tuple(map(completed, declared.items, given.items))
        return TupleShape(parts, declared.class_name, declared.names)
    return declared
