"""Abstract values: what a place may hold.

Ownership belongs to objects, not to names, so the analysis tracks *values behind places*: when two
names hold the same object and it is consumed through one of them, it is dead through both.

An `Object` stands for a run-time object that has an identity the analysis cares about: an affine
object, or something that can hold one.  It is named by its *origin*, the operation that made it or
the input through which it came into the body, never by its contents, so that the set of
objects of a body is finite.  What its fields hold and whether it is dead is in the `Memory`.

Recency.  An operation in a loop makes a new object every turn.  `recent=True` is the one made
last; `recent=False` sums up all earlier ones, so that consuming this turn's object says nothing of
the next turn's, and changes to the sum are weak.

All other values have no identity that matters: functions, classes, transforms around them,
constants.  Every value is an immutable tuple with a tag, hence hashable and cheap to compare.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from mypy_eqxstate.contracts.model import Result, TransformKind
from mypy_eqxstate.ir.model import FunctionNode, Item, Key, Place, Variable
from mypy_eqxstate.oracle.shapes import AffineShape, Shape


class Origin(NamedTuple):
    """Where an object comes from.

    `body` and `operation` name the operation that made it; operation -1 is an input, whose
    `variable` is the parameter or the foreign variable through which it came.  `path` leads from
    there to the object.
    """

    body: str
    operation: int
    variable: Variable | None
    path: tuple[Key, ...] = ()

    def child(self, key: Key) -> Origin:
        """The origin of what the object holds under a key."""
        return Origin(self.body, self.operation, self.variable, (*self.path, key))

    @property
    def is_input(self) -> bool:
        """The object was there before the body began."""
        return self.operation < 0


class Event(NamedTuple):
    """A consumption or supersession: the call (by body and number) and the place it was passed as.

    `through` is set where an object of a container was consumed as the element that an operation
    (by its number) took from it: the operation's next element is another one.
    """

    body: str
    operation: int
    place: str
    invalidates: bool
    through: int = -1


# Stands in an object's events once its death was reported: neither dead nor alive from then on.
REPORTED = Event("", -1, "", True)
# Ends the origin of an object that stands for objects of several operations (`flow/crowds.py`).
SEVERAL: Final = Item("several")
NO_EVENTS: frozenset[Event] = frozenset()


class Object:
    """An object with identity: affine, or able to hold affine objects.

    `events` are the consumptions that it died of; it is alive if there are none.  They are part of
    the *reference* and not kept per object, so that what a name holds and whether it is dead stay
    tied together where paths meet: after `if unreadable(): s = s.set(i, v)` the name `s` holds
    `{new, alive}` or `{old, alive}`, and nothing holds the dead old one.  A consumption changes
    all references at once.

    There is one instance for the same contents, so that objects are compared and hashed as fast as
    can be: memories and bindings are dictionaries of them.

    Attributes:
        origin: where it comes from.
        shape: what is known of its type.
        recent: it is the one that its operation made last.
        events: the consumptions that it died of.
        identity: the object regardless of whether it is dead.
        is_affine: whether the object itself is affine.
        made_last_by: the number of the operation that made it last; -1 if none did.
        within: the object alone (`objects_within`).
    """

    __slots__ = (
        "events",
        "identity",
        "is_affine",
        "made_last_by",
        "origin",
        "recent",
        "shape",
        "within",
    )

    origin: Origin
    shape: Shape
    recent: bool
    events: frozenset[Event]
    identity: Object
    is_affine: bool
    made_last_by: int
    within: tuple[Object, ...]
    tag: Final = "object"

    def __new__(
        cls,
        origin: Origin,
        shape: Shape,
        recent: bool = True,
        events: frozenset[Event] = NO_EVENTS,
    ) -> Object:
        """The instance for these contents."""
        contents = (origin, shape, recent, events)
        found = _OBJECTS.get(contents)
        if found is None:
            found = _OBJECTS[contents] = object.__new__(cls)
            found.origin = origin
            found.shape = shape
            found.recent = recent
            found.events = events
            found.is_affine = type(shape) is AffineShape
            found.made_last_by = origin.operation if recent else -1
            found.within = (found,)
            found.identity = Object(origin, shape, recent) if events else found
        return found

    def with_events(self, events: frozenset[Event]) -> Object:
        """The object, dead of some consumptions; alive if there are none."""
        return Object(self.origin, self.shape, self.recent, events)

    def __repr__(self) -> str:
        return (
            f"Object(origin={self.origin!r}, shape={self.shape!r}, recent={self.recent!r}, "
            f"events={self.events!r})"
        )


_OBJECTS: dict[tuple[Origin, Shape, bool, frozenset[Event]], Object] = {}


def known_objects() -> int:
    """How many objects there are."""
    return len(_OBJECTS)


def forget_objects() -> None:
    """Let go of all objects, when an analysis begins that does not know of any."""
    _OBJECTS.clear()


class Function(NamedTuple):
    """A function of the analysed module, by its syntax node and unique name.

    `defaults` by name: what each may be, and which calls had superseded what it was read from.
    """

    node: FunctionNode
    name: str
    defaults: tuple[tuple[str, tuple[Value, ...], frozenset[Event]], ...] = ()
    tag: str = "function"


class Symbol(NamedTuple):
    """Something defined at module or class level, by its full name: function, class or module."""

    full_name: str
    tag: str = "symbol"


class Method(NamedTuple):
    """A callable bound to a receiver: a method, or a class method bound to its class."""

    receiver: Value
    function: Value
    name: str
    tag: str = "method"


class Descriptor(NamedTuple):
    """A function in a class body under `staticmethod`, `classmethod` or `property`."""

    kind: str
    function: Value
    tag: str = "descriptor"


class Transformed(NamedTuple):
    """A callable that a transform was applied to; `name` is the transform as users call it."""

    kind: TransformKind
    inner: Value
    name: str
    has_aux: bool = False
    tag: str = "transformed"


class Bound(NamedTuple):
    """A callable some of whose arguments are bound already (`functools.partial`)."""

    inner: Value
    positional: tuple[Value, ...]
    named: tuple[tuple[str, Value], ...]
    tag: str = "bound"


class Suspended(NamedTuple):
    """A call that has only prepared: of a generator function, or of an `async` one that is kept.

    It runs when it is iterated, awaited or passed on, and then nobody holds it any more.

    Attributes:
        function: what was called.
        arguments: what holds the arguments, by number.
        names, places: of each argument, its keyword, and where it was read from, if anywhere.
        origin: of the call.
    """

    function: Value
    arguments: Object
    names: tuple[str | None, ...]
    places: tuple[Place | None, ...]
    origin: Origin
    tag: str = "suspended"


class Producer(NamedTuple):
    """A callable that returns what a result template says (`make_with_state(Model)`)."""

    result: Result
    arguments: tuple[tuple[str, Value], ...]
    tag: str = "producer"


class Literal(NamedTuple):
    """A constant; `type_name` keeps True apart from 1."""

    value: Any  # not `object`, which mypyc can't compile here
    type_name: str
    tag: str = "literal"


class Plain(NamedTuple):
    """A value that holds nothing that is owned."""

    tag: str = "plain"


class Unknown(NamedTuple):
    """A value of which nothing is known."""

    tag: str = "unknown"


Value = (
    Object
    | Function
    | Symbol
    | Method
    | Descriptor
    | Transformed
    | Bound
    | Suspended
    | Producer
    | Literal
    | Plain
    | Unknown
)
VALUE_TYPES = (
    Object,
    Function,
    Symbol,
    Method,
    Descriptor,
    Transformed,
    Bound,
    Suspended,
    Producer,
    Literal,
    Plain,
    Unknown,
)

HOLDING_NOTHING: Final = frozenset({Symbol, Literal, Plain, Unknown})

PLAIN_VALUE = Plain()
UNKNOWN_VALUE = Unknown()
NONE_VALUE = Literal(None, "NoneType")


def literal(value: object) -> Literal:
    """The value of a constant."""
    return Literal(value, type(value).__name__)


def is_dead(value: Value) -> bool:
    """Whether something has happened to an object that leaves it old."""
    return isinstance(value, Object) and bool(value.events)


def objects_within(value: Value) -> tuple[Object, ...]:
    """The objects that a value holds without a heap: itself, a receiver, bound arguments."""
    if type(value) is Object:
        return value.within
    if type(value) in HOLDING_NOTHING:
        return ()
    if isinstance(value, Method):
        return objects_within(value.receiver) + objects_within(value.function)
    if isinstance(value, Function):
        return tuple(
            item
            for _, possible, _ in value.defaults
            for held in possible
            for item in objects_within(held)
        )
    if isinstance(value, Transformed):
        return objects_within(value.inner)
    if isinstance(value, Suspended):
        return objects_within(value.function) + value.arguments.within
    if isinstance(value, Bound):
        found = objects_within(value[0])
        for argument in value.positional:
            found += objects_within(argument)
        for _, argument in value.named:
            found += objects_within(argument)
        return found
    return ()
