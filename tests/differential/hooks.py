"""What a rewritten program calls (`rewriting.py`): here it is seen what happens between names.

- `read_` makes another reference: what is stored elsewhere is superseded on its own;
- `call_` uses what is passed (an old State may not be passed on), gives the callee references of
  its own, and afterwards supersedes what was handed over if the caller keeps a newer version;
- `hand_` is a use, too: what is returned or yielded;
- `at_` stands before every statement of a function.

Limit.  A State handed over as a conditional expression is not superseded, having no name.
"""

from __future__ import annotations

import dataclasses
import itertools
import sys
import types
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping
from typing import Any

from tests.differential import reference, world
from tests.differential.reference import State, Version, rebuilt, states_within
from tests.differential.world import Lines, TooLongError, lines_at_work

# What a caller keeps of a result: all of it, nothing, or certain items.
Kept = bool | dict[Any, Any]

DRIVER = "drive"
MAXIMAL_ELEMENTS = 20
_IGNORING: frozenset[int] = frozenset(
    id(function)
    for function in (
        *(isinstance, id, type, list, tuple, dict, any, sum),
        *(enumerate, zip, reversed, iter, next, dataclasses.replace),
    )
)


def at() -> None:
    """A statement begins."""
    world.WORLD.begin_step(sys._getframe(1), _objects_at)


def read(value: Any) -> Any:
    """What a name or field holds, to be stored elsewhere."""
    return value.another() if isinstance(value, State) else value


def item(value: Any) -> Any:
    """What was read by a subscript, which may fail."""
    world.WORLD.may_raise()
    return read(value)


def apart(value: Any) -> Any:
    """What is going to be unpacked."""
    return rebuilt(value, State.another) if isinstance(value, (tuple, list)) else value


def each(values: Iterable[Any]) -> Iterator[Any]:
    """The elements of what is iterated."""
    iterator = iter(values)
    line = world.WORLD.iterated.setdefault(id(values), (values, sys._getframe(1).f_lineno))[1]
    for turn in itertools.count():
        if turn == MAXIMAL_ELEMENTS:
            raise TooLongError  # a list may grow in the loop over it
        causes, uses = len(world.WORLD.causes), len(world.WORLD.uses)
        try:
            value = next(iterator)
        except StopIteration:
            return
        except BaseException:
            world.WORLD.lose(causes, uses)
            raise
        value = apart(read(value))
        if not isinstance(values, types.GeneratorType):
            _take(value, f"loop {line}")
        yield value


async def each_async(values: AsyncIterable[Any]) -> AsyncIterator[Any]:
    """The elements of what is iterated by `async for`."""
    iterator = aiter(values)
    for turn in itertools.count():
        if turn == MAXIMAL_ELEMENTS:
            raise TooLongError
        causes, uses = len(world.WORLD.causes), len(world.WORLD.uses)
        try:
            value = await anext(iterator)
        except StopAsyncIteration:
            return
        except BaseException:
            world.WORLD.lose(causes, uses)
            raise
        yield apart(read(value))


def hand(value: Any) -> Any:
    """What is returned or yielded."""
    for state in states_within(value):
        state.use()
    handed = read(value)
    world.WORLD.returned = (handed, lines_at_work())
    return handed


def call(kept: Kept, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A call: uses, carries out, supersedes."""
    calling = _Calling(kept, function, args, kwargs)
    try:
        result = function(*calling.args, **calling.kwargs)
    except BaseException:
        calling.fail()
        raise
    if isinstance(result, types.CoroutineType):
        world.WORLD.prepared[id(result)] = (result, calling)
    return calling.end(result)


async def awaited(kept: Kept, value: Any) -> Any:
    """A coroutine that was kept is awaited: only now its call begins."""
    _, calling = world.WORLD.prepared.pop(id(value), (None, None))
    if calling is None:
        return await value
    try:
        calling.begin(kept)
    except BaseException:
        value.close()
        raise
    try:
        result = await value
    except BaseException:
        calling.fail()
        raise
    return calling.end(result)


async def call_async(kept: Kept, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A call that is awaited."""
    calling = _Calling(kept, function, args, kwargs)
    try:
        result = await function(*calling.args, **calling.kwargs)
    except BaseException:
        calling.fail()
        raise
    return calling.end(result)


class _Calling:
    """A call, from the evaluation of its arguments to its result."""

    def __init__(
        self, kept: Kept, function: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        frame = sys._getframe(2)
        self._line = frame.f_lineno
        world.WORLD.reached.add(self._line)
        self._by_driver = frame.f_code.co_name == DRIVER
        self._receiver = getattr(function, "__self__", None)
        parts = [*args, *named.values()]
        if isinstance(self._receiver, reference.Module):
            parts.insert(0, self._receiver)
        self._handed = [] if _is_ignoring(function) else list(states_within(parts))
        for state in self._handed:
            state.use()
        name = getattr(function, "__name__", "")
        self._pops = isinstance(self._receiver, list) and name == "pop"
        self._copies = function is dataclasses.replace or name == "_replace"
        self.args = [*map(read, args)]
        self.kwargs = {name: read(value) for name, value in named.items()}
        self.begin(kept)

    def begin(self, kept: Kept) -> None:
        """The callee begins."""
        self._kept = kept
        self._before = [
            (state.cell.version, state.cell.version.children, state.cell.old)
            for state in self._handed
        ]
        world.WORLD.may_raise()
        self._causes, self._uses = len(world.WORLD.causes), len(world.WORLD.uses)
        self._made = Version.made

    def fail(self) -> None:
        """It has raised; what the outermost function does is known, all the same."""
        if not self._by_driver:
            world.WORLD.lose(self._causes, self._uses)

    def end(self, result: Any) -> Any:
        """It has returned."""
        if self._pops:
            _take(result, "pop")
        if self._copies:
            return rebuilt(result, State.another)
        returned, lines = world.WORLD.returned
        if returned is result:  # `finally` may have run since
            for state in states_within(result):
                state.use(lines)
        if self._handed and self._kept is not False:
            self._supersede(result)
        return result

    def _supersede(self, result: Any) -> None:
        passed = {state.cell for state in self._handed}
        # What was there before is not made by this call: a callee may return what it captures.
        kept = [state.cell for state in _kept_states(result, self._kept)]
        made = [cell.version for cell in kept if cell.version.number > self._made]
        if not passed.issuperset(kept):
            world.WORLD.renewed.add(self._line)
        for state, (version, children, old) in zip(self._handed, self._before, strict=True):
            # Of two versions of one State the newer one may have been changed, the other only read.
            newer = [one for one in made if one.base(self._made) is version]
            is_living = state.cell.old is old and state.superseded is None
            if is_living and newer:
                others = [s.cell.version for s in self._handed if s is not state]
                shared = version in others
                state.supersede(max(newer, key=lambda one: one.value), shared)
            elif is_living and version.children > children:
                world.WORLD.spared.add(self._line)


def _is_ignoring(function: Callable[..., Any]) -> bool:
    """Whether a call of it is no use of its arguments."""
    if isinstance(getattr(function, "__self__", None), (list, dict, tuple)):
        return True
    return id(function) in _IGNORING


def _kept_states(result: Any, kept: Kept) -> Iterator[State]:
    if kept is True:
        yield from states_within(result)
    elif isinstance(kept, Mapping) and isinstance(result, tuple):
        for index, part in kept.items():
            if -len(result) <= index < len(result):
                yield from _kept_states(result[index], part)


def _take(value: Any, how: str) -> None:
    for state in states_within(value) if isinstance(value, (State, tuple)) else ():
        state.taken = how


def _objects_at(place: str, frame: types.FrameType) -> dict[Lines, bool]:
    """What a place holds in a function, by the lines that made it, and whether it is old."""
    try:
        value = eval(place, frame.f_globals, frame.f_locals)
    except (NameError, AttributeError, LookupError, SyntaxError, TypeError):
        return {}
    found: dict[Lines, bool] = {}
    for state in states_within(value):
        is_old = state.cell.old is not None or state.superseded is not None
        found[state.cell.origin] = is_old and found.get(state.cell.origin, True)
    return found


class Trying:
    """What a `try` has a handler or a `finally` for: operations in it may raise."""

    def __enter__(self) -> None:
        world.WORLD.trying += 1

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        world.WORLD.trying -= 1
        if error is not None:
            world.WORLD.break_off(sys._getframe(1))


HOOKS = {
    "at_": at,
    "read_": read,
    "item_": item,
    "apart_": apart,
    "each_": each,
    "each_async_": each_async,
    "hand_": hand,
    "call_": call,
    "call_async_": call_async,
    "await_": awaited,
    "trying_": Trying,
}
