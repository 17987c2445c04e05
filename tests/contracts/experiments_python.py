"""One experiment or several for every row of `mypy_eqxstate/contracts/library/python.py`."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import functools
import io
import pickle
from typing import Any

from tests.contracts.material import Box, Noted, Pair, X, fresh, is_old, pair, states_in, step
from tests.contracts.observation import Call, Judged, Transform


def keyed() -> dict[str, Any]:
    """Make a dictionary with two States."""
    return {"a": fresh(), "b": fresh(), "c": X}


def queue() -> collections.deque[Any]:
    return collections.deque(pair())


def few() -> set[Any]:
    """Make a set with two States."""
    return {fresh(), fresh()}


def both() -> tuple[set[Any], Any]:
    """Make a set, and one of its States."""
    states = few()
    return states, next(iter(states))


async def later(value: Any) -> Any:
    return value


def judge_wraps(wraps: Any) -> None:
    """What is decorated comes back itself, with a wrapper's contract: here, that of `step`."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return step(*args, **kwargs)

    assert wraps(step)(wrapper) is wrapper
    state = fresh()
    wrapper(X, state)
    assert is_old(state)


def judge_update_wrapper(update_wrapper: Any) -> None:
    """The wrapper comes back itself."""
    wrapper = functools.partial(step, X)
    assert update_wrapper(wrapper, step) is wrapper


def judge_lru_cache(lru_cache: Any) -> None:
    """The first call with an object runs the function; a second one gives the same result."""
    cached = lru_cache(lambda state: step(X, state)[1])
    state = fresh()
    new = cached(state)
    assert is_old(state)
    assert cached(state) is new


def judge_reduce(reduce: Any) -> None:
    """The result is new if the callee's is."""
    state = fresh()
    new = reduce(lambda s, x: step(x, s)[1], [X, X], state)
    assert is_old(state)
    assert not is_old(new)


def judge_gather(gather: Any) -> None:
    """The awaited objects come back themselves, in a list."""
    first, second = fresh(), fresh()

    async def main() -> Any:
        return await gather(later(first), later(second))

    found = asyncio.run(main())
    assert found[0] is first
    assert found[1] is second


def judge_awaitable(function: Any) -> None:
    """The awaited object comes back itself."""
    state = fresh()

    async def main() -> Any:
        return await (
            function(later(state), 9) if function is asyncio.wait_for else function(later(state))
        )

    assert asyncio.run(main()) is state
    assert not is_old(state)


def judge_run(run: Any) -> None:
    """The awaited object comes back itself."""
    state = fresh()
    assert run(later(state)) is state


def judge_map(map_: Any) -> None:
    """The callee gets the very members, and what it returns comes back."""
    states = [fresh(), fresh()]
    mapped = list(map_(lambda state: step(X, state)[1], states))
    assert all(is_old(state) for state in states)
    assert not any(is_old(state) for state in mapped)


def stepping(x: Any, state: Any) -> Any:
    """Consume a State as a context manager does."""
    yield step(x, state)


async def stepping_later(x: Any, state: Any) -> Any:
    """Consume a State as an asynchronous context manager does."""
    yield step(x, state)


def entered(wrap: Any) -> Any:
    """What `with` gets from the manager that is made of a generator function."""

    def call(x: Any, state: Any) -> Any:
        with wrap(stepping)(x, state) as found:
            return found

    return call


def entered_later(wrap: Any) -> Any:
    """What `async with` gets from the manager that is made of a generator function."""

    def call(x: Any, state: Any) -> Any:
        async def main() -> Any:
            async with wrap(stepping_later)(x, state) as found:
                return found

        return asyncio.run(main())

    return call


def judge_manager(manager: Any) -> None:
    """What `with` gets is what the manager was made of, old or not."""
    state = fresh()
    if manager is contextlib.nullcontext:
        with manager(state) as found:
            assert found is state
        assert not is_old(state)
        step(X, state)
        with manager(state) as found:
            assert found is state
        return
    box = Closed()
    with manager(box) as found:
        assert found is box
    assert not is_old(box.state)


class Closed(Box):
    """Something to be closed that holds a State."""

    def close(self) -> None:
        pass

    async def aclose(self) -> None:
        pass


def judge_aclosing(aclosing: Any) -> None:
    box = Closed()

    async def main() -> None:
        async with aclosing(box) as found:
            assert found is box

    asyncio.run(main())
    assert not is_old(box.state)


def judge_suppress(suppress: Any) -> None:
    with suppress(KeyError) as found:
        raise KeyError
    assert found is None


def judge_loads(loads: Any) -> None:
    assert len(states_in(loads(pickle.dumps(pair())))) == 2


def judge_make(make: Any) -> None:
    """A named tuple made of an iterable holds its very members."""
    states = [fresh(), fresh()]
    made = make(states)
    assert made.state is states[0]
    assert made.other is states[1]


def judge_next(next_: Any) -> None:
    """The member comes back itself; the iterator may yield old ones."""
    states = [fresh(), fresh()]
    assert next_(iter(states)) is states[0]


EXPERIMENTS: dict[str, list[Any]] = {
    "builtins.isinstance": [lambda: Call(fresh(), int)],
    "builtins.issubclass": [lambda: Call(Box, int)],
    "builtins.type": [lambda: Call(fresh())],
    "builtins.id": [lambda: Call(fresh())],
    "builtins.hash": [lambda: Call(fresh())],
    "builtins.bool": [lambda: Call(fresh())],
    "builtins.callable": [lambda: Call(fresh())],
    "builtins.hasattr": [lambda: Call(fresh(), "set")],
    "builtins.len": [lambda: Call(pair())],
    "builtins.dir": [lambda: Call(fresh())],
    "dataclasses.is_dataclass": [lambda: Call(fresh()), lambda: Call(Box())],
    "dataclasses.fields": [lambda: Call(Box())],
    "builtins.print": [lambda: Call(fresh(), pair())],
    "builtins.repr": [lambda: Call(fresh())],
    "builtins.ascii": [lambda: Call(fresh())],
    "builtins.str": [lambda: Call(fresh())],
    "builtins.format": [lambda: Call(fresh())],
    "builtins.str.format": [lambda: Call("{} {s}", fresh(), s=fresh())],
    "pprint.pprint": [lambda: Call(pair())],
    "pprint.pformat": [lambda: Call(pair())],
    "pickle.dumps": [lambda: Call(pair())],
    "pickle.dump": [lambda: Call(pair(), io.BytesIO())],
    "pickle.loads": [lambda: Call(pickle.dumps(pair())), Judged(judge_loads)],
    "pickle.load": [lambda: Call(io.BytesIO(pickle.dumps(pair())))],
    "typing.cast": [lambda: Call(int, fresh())],
    "typing.assert_type": [lambda: Call(fresh(), int)],
    "typing.reveal_type": [lambda: Call(fresh())],
    "typing.final": [lambda: Call(step)],
    "typing.override": [lambda: Call(step)],
    "typing.no_type_check": [lambda: Call(lambda: None)],
    "abc.abstractmethod": [lambda: Call(lambda: None)],
    "copy.copy": [lambda: Call(fresh()), lambda: Call(pair()), lambda: Call(Box())],
    "copy.deepcopy": [lambda: Call(fresh()), lambda: Call(pair()), lambda: Call(Box())],
    "copy.replace": [
        lambda: Call(Box(), other=fresh()),
        lambda: Call(Pair(fresh(), X), state=fresh()),
    ],
    "dataclasses.replace": [lambda: Call(Box(), other=fresh()), lambda: Call(Box())],
    "dataclasses.asdict": [lambda: Call(Box())],
    "dataclasses.astuple": [lambda: Call(Box())],
    "typing.NamedTuple._replace": [lambda: Call(Pair(fresh(), X), state=fresh())],
    "typing.NamedTuple._asdict": [lambda: Call(Pair(fresh(), X))],
    "typing.NamedTuple._make": [Judged(judge_make)],
    "functools.partial": [Transform(lambda wrap: wrap)],
    "functools.wraps": [lambda: Call(step), Judged(judge_wraps)],
    "functools.update_wrapper": [Judged(judge_update_wrapper)],
    "functools.lru_cache": [Transform(lambda wrap: wrap(step), 1.0), Judged(judge_lru_cache)],
    "functools.cache": [Transform(lambda wrap: wrap(step), 1.0), Judged(judge_lru_cache)],
    "functools.reduce": [
        lambda: Call(lambda s, x: step(x, s)[1], [X, X], fresh(), _marks=True),
        lambda: Call(lambda s, other: fresh(), pair(), fresh()),
        Judged(judge_reduce),
    ],
    "builtins.list": [lambda: Call(pair()), lambda: Call(tuple(pair()))],
    "builtins.tuple": [lambda: Call(pair()), lambda: Call(tuple(pair()))],
    "builtins.dict": [lambda: Call(keyed(), b=fresh()), lambda: Call(d=fresh())],
    "builtins.set": [lambda: Call([fresh(), fresh()])],
    "builtins.frozenset": [lambda: Call([fresh(), fresh()])],
    "collections.deque": [lambda: Call(pair())],
    "collections.defaultdict": [lambda: Call(list, keyed(), b=fresh())],
    "collections.OrderedDict": [lambda: Call(keyed(), b=fresh())],
    "builtins.iter": [lambda: Call(pair())],
    "builtins.reversed": [lambda: Call(pair())],
    "builtins.sorted": [lambda: Call(pair(), key=id)],
    "builtins.enumerate": [lambda: Call(pair())],
    "builtins.zip": [lambda: Call(pair(), pair())],
    "builtins.filter": [lambda: Call(lambda member: True, pair())],
    "builtins.map": [
        lambda: Call(Noted(lambda member: fresh()), pair()),
        lambda: Call(Noted(lambda one, other: (one, other)), pair(), pair()),
        Judged(judge_map),
    ],
    "itertools.repeat": [lambda: Call(fresh())],
    "itertools.cycle": [lambda: Call(pair())],
    "itertools.islice": [lambda: Call(pair(), 2)],
    "builtins.next": [Judged(judge_next), lambda: Call(iter(()), fresh())],
    "builtins.getattr": [lambda: Call(Box(), "state"), lambda: Call(Box(), "no", fresh())],
    "builtins.setattr": [lambda: Call(Box(), "other", fresh())],
    "builtins.delattr": [lambda: Call(Box(), "state")],
    "builtins.vars": [lambda: Call(Box())],
    "builtins.object.__setattr__": [lambda: Call(Box(), "other", fresh())],
    "operator.getitem": [lambda: Call(pair(), 2), lambda: Call(keyed(), "a")],
    "operator.setitem": [lambda: Call(pair(), 1, fresh()), lambda: Call(keyed(), "d", fresh())],
    "builtins.list.append": [lambda: Call(pair(), fresh())],
    "builtins.list.insert": [lambda: Call(pair(), 1, fresh())],
    "builtins.list.extend": [lambda: Call(pair(), pair())],
    "builtins.list.pop": [lambda: Call(pair()), lambda: Call(pair(), 0)],
    "builtins.list.remove": [lambda: (lambda states: Call(states, states[0]))(pair())],
    "builtins.list.index": [lambda: (lambda states: Call(states, states[0]))(pair())],
    "builtins.list.count": [lambda: Call([fresh()], fresh())],
    "builtins.list.copy": [lambda: Call(pair())],
    "builtins.list.clear": [lambda: Call(pair())],
    "builtins.list.reverse": [lambda: Call(pair())],
    "builtins.tuple.index": [lambda: (lambda s: Call((s,), s))(fresh())],
    "builtins.tuple.count": [lambda: Call((fresh(),), fresh())],
    "collections.deque.appendleft": [lambda: Call(queue(), fresh())],
    "collections.deque.extendleft": [lambda: Call(queue(), pair())],
    "collections.deque.popleft": [lambda: Call(queue())],
    "collections.deque.rotate": [lambda: Call(queue(), 1)],
    "builtins.dict.get": [lambda: Call(keyed(), "a"), lambda: Call(keyed(), "z", fresh())],
    "builtins.dict.pop": [lambda: Call(keyed(), "a"), lambda: Call(keyed(), "z", fresh())],
    "builtins.dict.setdefault": [
        lambda: Call(keyed(), "a", fresh()),
        lambda: Call(keyed(), "z", fresh()),
    ],
    "builtins.dict.update": [lambda: Call(keyed(), keyed()), lambda: Call(keyed(), z=fresh())],
    "builtins.dict.items": [lambda: Call(keyed())],
    "builtins.dict.keys": [lambda: Call(keyed())],
    "builtins.dict.values": [lambda: Call(keyed())],
    "builtins.dict.popitem": [lambda: Call(keyed())],
    "builtins.dict.copy": [lambda: Call(keyed())],
    "builtins.dict.clear": [lambda: Call(keyed())],
    "builtins.set.add": [lambda: Call(few(), fresh())],
    "builtins.set.update": [lambda: Call(few(), [fresh()])],
    "builtins.set.pop": [lambda: Call(few())],
    "builtins.set.remove": [lambda: Call(*both())],
    "builtins.set.discard": [lambda: Call(*both())],
    "builtins.set.copy": [lambda: Call(few())],
    "builtins.set.clear": [lambda: Call(few())],
    "contextlib.contextmanager": [Transform(entered)],
    "contextlib.asynccontextmanager": [Transform(entered_later)],
    "contextlib.nullcontext": [Judged(judge_manager)],
    "contextlib.closing": [Judged(judge_manager)],
    "contextlib.aclosing": [Judged(judge_aclosing)],
    "contextlib.suppress": [Judged(judge_suppress), lambda: Call(KeyError)],
    "asyncio.gather": [Judged(judge_gather)],
    "asyncio.wait_for": [Judged(judge_awaitable)],
    "asyncio.shield": [Judged(judge_awaitable)],
    "asyncio.create_task": [Judged(judge_awaitable)],
    "asyncio.ensure_future": [Judged(judge_awaitable)],
    "asyncio.run": [Judged(judge_run)],
}
"""Public dotted name -> experiments."""
