"""A small stand-in for Equinox and JAX, with a guard that records instead of raising.

The judge runs generated programs with this library.  A `State` here is a *reference*: what a name,
a field or a parameter holds.  Storing it somewhere makes another reference (`another`), so that the
two ways to be old are kept where they belong:

- *invalidated* belongs to the object, the `Cell`, which all references of it share; `set` and
  `update` mark it in their last step, exactly as Equinox does;
- *superseded* belongs to the one reference that was handed over (`judge.py` marks it).

What an object holds is a `Version`: `set` makes a new one that follows from the old.  A copy shares
the version, so "a newer State" is a State whose version follows from that of the older one.

Transforms copy as JAX does: `jit` and `vmap` all arguments and the result, `grad` the
differentiated argument and the result, `scan` its carry; what a function captures is not copied.

What is decided, and what was seen, is in the `World` (`world.py`).
"""

from __future__ import annotations

import dataclasses
import functools
import types
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any

from tests.differential import world
from tests.differential.world import MAXIMAL_TURNS, Cause, Lines, lines_at_work

# As Equinox does: for the comparison with Equinox, see `test_reference.py`.
GUARD_RAISES = False


# --- States ---------------------------------------------------------------------------------------


class Version:
    """What a State holds, and what it was made from.

    `value` counts how often it was set, `children` what was made from it directly, and `number` all
    that were made before.
    """

    made = 0

    def __init__(self, parent: Version | None = None, value: int = 0) -> None:
        Version.made += 1
        self.number = Version.made
        self.parent = parent
        self.value: int = value if parent is None else parent.value + 1
        self.children = 0
        if parent is not None:
            parent.children += 1

    def base(self, number: int) -> Version | None:
        """What of the first `number` versions it was made of, in one step or several."""
        version = self.parent
        while version is not None and version.number > number:
            version = version.parent
        return version


class Cell:
    """A State object's identity; `origin` says which lines made it."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self.origin = lines_at_work()
        self.old: Cause | None = None


class State:
    """A reference to a State object; `taken` says how it was taken out of a list."""

    def __init__(self, model: object = None, cell: Cell | None = None) -> None:
        self.cell = cell or Cell(Version())
        self.superseded: Cause | None = None
        self.taken = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, State) and self.cell is other.cell

    def __hash__(self) -> int:
        return id(self.cell)

    def another(self) -> State:
        """Another reference to the same object, superseded or not as this one."""
        made = State(cell=self.cell)
        made.superseded = self.superseded
        made.taken = self.taken
        return made

    def copied(self) -> State:
        """An independent object, as flatten and unflatten make it."""
        return State(cell=Cell(self.cell.version))

    def use(self, lines: Lines | None = None) -> None:
        """Write down that it is read, and if it is old."""
        world.WORLD.readings.append((self.cell.version.value, self.superseded is not None))
        causes = frozenset(c for c in (self.cell.old, self.superseded) if c is not None)
        if causes:
            if GUARD_RAISES and self.cell.old is not None:
                raise ValueError("Attempted to use old state")
            world.WORLD.use(causes, self.taken, lines)

    def supersede(self, newest: Version, shared: bool) -> None:
        """A newer version of what this reference holds is kept elsewhere.

        Args:
            newest: that version.
            shared: it may have been made of another reference to the same object, or of a copy.
        """
        if world.WORLD.threading:
            self.cell = Cell(newest)
        else:
            self.superseded = world.WORLD.strike(
                "state-stale", self.cell.origin, self.taken, shared
            )

    def get(self, item: object) -> Array:
        self.use()
        return Array()

    def set(self, item: object, value: object) -> State:
        self.use()
        return self._next()

    def update(self, substate: State) -> State:
        self.use()
        substate.use()
        return self._next()

    def _next(self) -> State:
        new = State(cell=Cell(Version(self.cell.version)))
        cause = world.WORLD.strike("state-reuse", self.cell.origin, self.taken)
        self.cell.old = self.cell.old or cause
        return new

    def substate(self, pytree: object) -> State:
        self.use()
        return State()

    def __format__(self, specification: str) -> str:
        if not GUARD_RAISES:  # Equinox shows old States, too
            self.use()
        return "State"


class StateIndex:
    def __init__(self, init: object) -> None:
        self.init = init

    def __class_getitem__(cls, item: object) -> type[StateIndex]:
        return cls


class Array:
    """A number of no interest."""

    def _computed(self, other: object = None) -> Array:
        world.WORLD.may_raise()
        return self

    __add__ = __radd__ = __mul__ = __rmul__ = __sub__ = __neg__ = _computed


class Module:
    """As Equinox's: a dataclass that looks through its fields when it is made."""

    def __post_init__(self) -> None:
        for state in states_within(list(vars(self).values())):
            state.use()

    def __init_subclass__(cls) -> None:
        if "__init__" not in vars(cls):
            dataclasses.dataclass(init=True, eq=False, repr=False)(cls)


def make_with_state(make_model: Callable[..., Any]) -> Callable[..., tuple[Any, State]]:
    def made(*args: Any) -> tuple[Any, State]:
        return make_model(*args), State()

    return made


# --- PyTrees and transforms -----------------------------------------------------------------------


def states_within(value: object, seen: set[int] | None = None) -> Iterator[State]:
    """The references in a value, in containers and fields, too."""
    if isinstance(value, State):
        yield value
        return
    if value is None or isinstance(value, (Array, str, int)):
        return
    seen = set() if seen is None else seen
    if id(value) in seen:
        return
    seen.add(id(value))
    parts: Sequence[object] = ()
    if isinstance(value, (tuple, list)):
        parts = value
    elif isinstance(value, dict):
        parts = list(value.values())
    elif isinstance(value, Module) or dataclasses.is_dataclass(value):
        parts = list(vars(value).values())
    for part in parts:
        yield from states_within(part, seen)


def rebuilt(value: Any, leaf: Callable[[State], State]) -> Any:
    """A PyTree with other States in it."""
    if isinstance(value, State):
        return leaf(value)
    if isinstance(value, tuple):
        parts = [rebuilt(part, leaf) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, list):
        return [rebuilt(part, leaf) for part in value]
    if isinstance(value, dict):
        return {key: rebuilt(part, leaf) for key, part in value.items()}
    if isinstance(value, Module) or dataclasses.is_dataclass(value):
        made = object.__new__(type(value))
        for name, part in vars(value).items():
            object.__setattr__(made, name, rebuilt(part, leaf))
        return made
    return value


def copied(value: Any) -> Any:
    """Flattened and unflattened; what is old can't be flattened, so that is a use."""

    def leaf(state: State) -> State:
        state.use()
        return state.copied()

    return rebuilt(value, leaf)


def clone(tree: Any) -> Any:
    """Asked for by the program: what becomes of the clone is nothing newer of the original."""

    def leaf(state: State) -> State:
        state.use()
        return State(cell=Cell(Version(value=state.cell.version.value)))

    return rebuilt(tree, leaf)


class Copying:
    """A function behind `jit` or `vmap`; binds like a method."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return copied(self.function(*copied(args), **copied(kwargs)))

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else functools.partial(self, instance)


def _gradient(with_value: bool) -> Callable[..., Any]:
    def transform(function: Callable[..., Any], has_aux: bool = False) -> Callable[..., Any]:
        def differentiated(first: Any, *args: Any, **kwargs: Any) -> Any:
            result = copied(function(copied(first), *args, **kwargs))
            if not has_aux:
                return (result, Array()) if with_value else Array()
            return (result, Array()) if with_value else (Array(), result[1])

        return differentiated

    return transform


def scan(function: Callable[..., Any], init: Any, xs: Any) -> tuple[Any, Any]:
    """A loop of JAX, run turn by turn."""
    carry = copied(init)
    for _ in range(world.WORLD.choose(3) + 1):
        carry, _y = function(copied(carry), Array())
    return copied(carry), Array()


def cond(pred: object, true: Callable[..., Any], false: Callable[..., Any], *operands: Any) -> Any:
    """A branch of JAX; both are traced, one is taken."""
    return copied((true, false)[world.WORLD.choose(2)](*copied(operands)))


# --- What the checker knows the signature of only -------------------------------------------------


def ready() -> bool:
    """Anything, at every call; not true for ever on one line."""
    line = lines_at_work()[0]
    if world.WORLD.turns.get(line, 0) >= MAXIMAL_TURNS:
        return False
    answer = bool(world.WORLD.choose(2))
    world.WORLD.turns[line] = world.WORLD.turns.get(line, 0) + answer
    return answer


def items() -> list[int]:
    """Up to three things."""
    return list(range(world.WORLD.choose(4)))


def risky() -> None:
    """What may raise, also outside of `try`."""
    world.WORLD.fail()


def show(state: State) -> None:
    """Reads a State."""
    state.use()


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Runs what is `async`; nothing is ever waited for."""
    try:
        coroutine.send(None)
    except StopIteration as ended:
        return ended.value
    raise AssertionError


advance = Copying(lambda state: state.set(None, None))


def namespace() -> dict[str, Any]:
    """What a program's imports bind."""
    nn = types.SimpleNamespace(State=State, StateIndex=StateIndex, make_with_state=make_with_state)
    eqx = types.SimpleNamespace(
        nn=nn,
        Module=Module,
        filter_jit=Copying,
        filter_vmap=Copying,
        filter_grad=_gradient(False),
        filter_value_and_grad=_gradient(True),
    )
    jax = types.SimpleNamespace(
        jit=Copying, vmap=Copying, lax=types.SimpleNamespace(scan=scan, cond=cond)
    )
    return {
        "__name__": __name__,
        "eqx": eqx,
        "jax": jax,
        "Array": Array,
        "array": Array,
        "clone": clone,
        "ready": ready,
        "items": items,
        "risky": risky,
        "run": run,
        "show": show,
        "advance": advance,
    }
