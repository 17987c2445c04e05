"""What a call does to the affine objects it is given: the vocabulary of contracts.

A contract has two halves.  Per parameter it names an *effect* on the affine objects inside the
argument; for the result it gives a *result template* that says of which parts the result is made:
new affine objects, the argument itself, an independent copy of it.

Example.  `State.set(self, item, value)` takes `self` away for good and makes a new object::

    Contract(
        parameters=(ParameterContract("self", Effect.CONSUME), ...),
        result=Fresh(),
    )

which the library table and the configuration write as `(self: consume, item, value) -> fresh`
(`contracts/notation.py`).  A transform such as `jax.jit` is no contract of its own: it changes the
contract of the callable that it is given (`TransformContract`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import NamedTuple


class Effect(IntEnum):
    """What a call does to the affine objects inside an argument, weakest first.

    `IGNORE`: the call does not look at them at all (`isinstance`, `id`): legal on an old object.
    `BORROW`: it reads them.
    `SUPERSEDE`: it reads them and hands back newer ones; the binding that was passed is out of
    date as soon as the caller keeps the newer one.
    `MAY_CONSUME`, `CONSUME`: it marks the very objects as old, on some or on all paths.
    """

    IGNORE = 0
    BORROW = 1
    SUPERSEDE = 2
    MAY_CONSUME = 3
    CONSUME = 4


class TransformKind(Enum):
    """How a transform changes the contract of the callable that it is given.

    `COPYING`: the callee gets copies of its arguments (`jit`, `vmap`, `checkpoint`): a consumption
    of an argument becomes a supersession, and what the call returns is new.
    `TRANSPARENT`: the callable keeps its contract (`named_scope`, `functools.wraps`).
    `BINDING`: some arguments are bound now (`functools.partial`); binding borrows, and at the call
    a supersession of a bound argument counts as a borrow, because nothing replaces it.
    `GRADIENT`: the differentiated arguments (the first one, or those of `argnums`) are copied as by
    COPYING; every other argument reaches the callee as the very object, as by TRANSPARENT.  What is
    returned is new: gradients and, with `has_aux`, what the callee returned beside its value.
    `VALUE_AND_GRADIENT`: as GRADIENT, returning `(what the callee returned, gradients)`.
    `INFERENCE`: the value is in inference mode: its calls borrow and hand their State through
    (unless the argument `value` is False, which takes it back into training mode).
    """

    COPYING = "copying"
    TRANSPARENT = "transparent"
    BINDING = "binding"
    GRADIENT = "gradient"
    VALUE_AND_GRADIENT = "value-and-gradient"
    INFERENCE = "inference"


class Typed(NamedTuple):
    """`?`: as the callee's type says; affine objects in it are new."""

    tag: str = "typed"


class Nothing(NamedTuple):
    """`_`: nothing that is owned."""

    tag: str = "nothing"


class Fresh(NamedTuple):
    """`fresh`: a new affine object."""

    tag: str = "fresh"


class Same(NamedTuple):
    """`same(p)`: the argument itself, every object in it under one more name."""

    parameter: str
    tag: str = "same"


class Copy(NamedTuple):
    """`copy(p)`: the structure of the argument with every affine object in it new."""

    parameter: str
    tag: str = "copy"


class Derived(NamedTuple):
    """`derived(p)`: as `copy`, but what becomes of the copy becomes of the argument.

    The arrays of a PyTree are taken out of it, or put into one again, to work on them: once a call
    has handed back a newer State for the copy, the argument is out of date as well.
    """

    parameter: str
    tag: str = "derived"


class Element(NamedTuple):
    """`element(p)`, `element(p, k)`: one member of the argument, which is a container.

    With `key`: the member that the argument `k` names (an index, a key, an attribute); where its
    value isn't known, any member.  Members of an affine object are nothing that is owned.
    """

    parameter: str
    key: str = ""
    tag: str = "element"


class Taken(NamedTuple):
    """`taken(p)`, `taken(p, k)`: as `element`, but the member leaves the container (`list.pop`)."""

    parameter: str
    key: str = ""
    tag: str = "taken"


class Each(NamedTuple):
    """`each(p)`: a tuple with one member of each of the containers given as `*p` (`zip`)."""

    parameter: str
    tag: str = "each"


class Shallow(NamedTuple):
    """`shallow(p)`, `shallow(p, q)`: a new object holding the very same members in the same places.

    Of an affine object: an independent one.  With `changes`: the keyword arguments collected by
    `**q` replace the members of their names (`dataclasses.replace`).
    """

    parameter: str
    changes: str = ""
    tag: str = "shallow"


class Structure(NamedTuple):
    """`structure(p)`: a description from which `copy` rebuilds the argument; owns nothing."""

    parameter: str
    tag: str = "structure"


class TupleOf(NamedTuple):
    """`(a, b)`: a tuple of these."""

    items: tuple[Result, ...]
    tag: str = "tuple of"


class ListOf(NamedTuple):
    """`list(a)`: a container of unknown length of these."""

    element: Result
    tag: str = "list of"


class InstanceOf(NamedTuple):
    """`instance(p)`: a new instance of the class (or the result of the factory) given as `p`.

    Every affine object in it is new.
    """

    parameter: str
    tag: str = "instance of"


class Applied(NamedTuple):
    """`apply(f, a, ...)`: what calling the argument `f` with a member of each container returns.

    A star parameter stands for all that it takes: `apply(func, iterables)` with `*iterables` calls
    `func` with a member of each of the iterables (`map`).  What the call does to the members is
    what `f` does to its arguments.
    """

    function: str
    arguments: tuple[str, ...]
    tag: str = "applied"


class Passed(NamedTuple):
    """One argument of a `call`: `p`, `*p` or `element(p)`; `_` has no parameter.

    `how` is "" for the argument itself (of a star parameter, for each that it takes), "*" for its
    members one by one, "element" for one of its members.
    """

    parameter: str = ""
    how: str = ""
    tag: str = "passed"


class Called(NamedTuple):
    """`call(f, a, ...)`, `loop(f, a, ...)`: what calling the argument `f` returns, all of it new.

    The callee gets copies of its arguments, so that an argument is superseded only if the callee
    makes a newer object of its part and the caller keeps that.  Objects that the callee captures
    are the very objects; a `loop` calls several times, and what it consumes then is consumed
    again.  Where `f` is a container of callables, each of them is called.  Nothing is known of the
    result where nothing is known of the callee: then it is as the type says.
    """

    function: str
    arguments: tuple[Passed, ...]
    repeated: bool = False
    tag: str = "called"


@dataclass(frozen=True, slots=True)
class Part:
    """`call(f, ...)[0]`: one item of what a call returns."""

    whole: Called
    index: int


class Otherwise(NamedTuple):
    """`a or b`: `a`, and `b` where nothing is known of `a`."""

    known: Result
    unknown: Result
    tag: str = "otherwise"


class CallableReturning(NamedTuple):
    """`callable(a)`: a callable that borrows its arguments and returns this."""

    result: Result
    tag: str = "callable returning"


class Decorator(NamedTuple):
    """`decorator(kind)`, `decorator(kind, p)`: a callable that transforms the one it is given.

    With `like`: where the decorated callable only hands `*args, **kwargs` on, so that its own
    parameters say nothing, those of `p` stand for them (`functools.wraps`).
    """

    kind: TransformKind
    like: str = ""
    tag: str = "decorator"


class Either(NamedTuple):
    """`a | b`: one of these."""

    items: tuple[Result, ...]
    tag: str = "either"


class Given(NamedTuple):
    """`a if p else b`: depends on whether the call gives an argument for `p`."""

    parameter: str
    present: Result
    absent: Result
    tag: str = "given"


Result = (
    Typed
    | Nothing
    | Fresh
    | Same
    | Copy
    | Derived
    | Element
    | Taken
    | Each
    | Shallow
    | Structure
    | TupleOf
    | ListOf
    | InstanceOf
    | Applied
    | Called
    | Part
    | Otherwise
    | CallableReturning
    | Decorator
    | Either
    | Given
)


class ParameterContract(NamedTuple):
    """One parameter's part of a contract; `star` is "", "*" or "**"."""

    name: str
    effect: Effect = Effect.BORROW
    star: str = ""
    tag: str = "parameter contract"


class Store(NamedTuple):
    """`p[] = value`, `p[k] = value`: the value becomes a member of the argument given as `p`.

    With `key`: the member that the argument `k` names; where its value isn't known, any member.
    `p[*] = value` (`key` is "*"): the members of the value become members under their own names.
    """

    parameter: str
    value: Result
    key: str = ""
    tag: str = "store"


class Contract(NamedTuple):
    """What a call does: effects in the order of the parameters, the result, what it stores.

    An argument that no parameter takes is borrowed.  A star parameter stands, in a result, for the
    tuple (dict) of the arguments that it takes.  `calls` are carried out besides those that the
    result is made of.
    """

    parameters: tuple[ParameterContract, ...]
    result: Result
    stores: tuple[Store, ...] = ()
    calls: tuple[Called, ...] = ()
    tag: str = "contract"


class TransformContract(NamedTuple):
    """A callable that turns the callable given as `parameter` into another one.

    A call that gives no callable for it (`jit(static_argnums=0)`, `lru_cache(128)`) returns the
    transform with these options set.  `parameters` are the names in order, a star parameter's with
    its star; the options that a kind looks at are called `has_aux`, `argnums` and `value`.
    """

    kind: TransformKind
    parameter: str
    parameters: tuple[str, ...] = ()
    tag: str = "transform contract"


Row = Contract | TransformContract
