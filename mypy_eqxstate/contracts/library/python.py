"""What Python's own callables do to affine objects.

The notation is that of `contracts/notation.py`.  Example: the row of `builtins.list.append`,
`(self: ignore, object: ignore) -> _; self[] = same(object)`, says that the object becomes a member
of the list, under one more name.  As with `xs = [state]`, handling an old object in a container is
no use of it; what is done with it later is.

The methods of mappings, sequences and sets stand under `dict`, `list` and `set`: the abstract
classes and the other ones of the standard library have the same (see `mypy_eqxstate.fullnames`).

Limits: see `contracts/library/__init__.py`.  Of functions that call their argument on members, only
`map` says so; the others (`filter`, `functools.reduce`, `itertools.starmap`) say what comes back,
not what the callee does to the members.
"""

from __future__ import annotations

ROWS: dict[str, str] = {
    # Questions about an object that read nothing in it.
    "builtins.isinstance": "(obj: ignore, class_or_tuple) -> _",
    "builtins.issubclass": "(cls: ignore, class_or_tuple) -> _",
    "builtins.type": "(object: ignore) -> _",
    "builtins.id": "(obj: ignore) -> _",
    "builtins.hash": "(obj: ignore) -> _",
    "builtins.bool": "(object: ignore) -> _",
    "builtins.callable": "(obj: ignore) -> _",
    "builtins.hasattr": "(obj: ignore, name) -> _",
    "builtins.len": "(obj: ignore) -> _",
    "builtins.dir": "(object: ignore) -> _",
    "dataclasses.is_dataclass": "(obj: ignore) -> _",
    "dataclasses.fields": "(class_or_instance: ignore) -> _",
    # Readers.
    "builtins.print": "(*args) -> _",
    "builtins.repr": "(obj) -> _",
    "builtins.ascii": "(obj) -> _",
    "builtins.str": "(object) -> _",
    "builtins.format": "(value, format_spec) -> _",
    "builtins.str.format": "(self, *args, **kwargs) -> _",
    "pprint.pprint": "(object) -> _",
    "pprint.pformat": "(object) -> _",
    "pickle.dumps": "(obj) -> _",
    "pickle.dump": "(obj, file) -> _",
    "pickle.loads": "(data) -> ?",
    "pickle.load": "(file) -> ?",
    # One more name for the same object.
    "typing.cast": "(typ, val: ignore) -> same(val)",
    "typing.assert_type": "(val: ignore, typ) -> same(val)",
    "typing.reveal_type": "(obj: ignore) -> same(obj)",
    "typing.final": "(f) -> same(f)",
    "typing.override": "(method) -> same(method)",
    "typing.no_type_check": "(arg) -> same(arg)",
    "abc.abstractmethod": "(funcobj) -> same(funcobj)",
    # Copies.
    "copy.copy": "(x) -> shallow(x)",
    "copy.deepcopy": "(x, memo) -> copy(x)",
    "copy.replace": "(obj: ignore, **changes: ignore) -> shallow(obj, changes)",
    "dataclasses.replace": "(obj: ignore, **changes: ignore) -> shallow(obj, changes)",
    "dataclasses.asdict": "(obj, dict_factory) -> copy(obj)",
    "dataclasses.astuple": "(obj, tuple_factory) -> copy(obj)",
    "typing.NamedTuple._replace": "(self: ignore, **kwds: ignore) -> shallow(self, kwds)",
    "typing.NamedTuple._asdict": "(self: ignore) -> shallow(self)",
    "typing.NamedTuple._make": "(cls, iterable: ignore) -> shallow(iterable)",
    # Callables.
    "functools.partial": "transform binding(func, *args, **keywords)",
    "functools.wraps": "(wrapped) -> decorator(transparent, wrapped)",
    "functools.update_wrapper": "transform transparent(wrapper, wrapped)",
    # The first call with an object runs the function; later ones return that call's result again.
    "functools.lru_cache": "transform transparent(maxsize, typed)",
    "functools.cache": "transform transparent(user_function)",
    "functools.reduce": "(function, iterable: ignore, initial: supersede) -> ?",
    # Containers made of others.
    "builtins.list": "(iterable: ignore) -> shallow(iterable)",
    "builtins.tuple": "(iterable: ignore) -> shallow(iterable)",
    "builtins.dict": "(map: ignore, **kwargs: ignore) -> shallow(map, kwargs)",
    "builtins.set": "(iterable: ignore) -> list(element(iterable))",
    "builtins.frozenset": "(iterable: ignore) -> list(element(iterable))",
    "collections.deque": "(iterable: ignore, maxlen) -> shallow(iterable)",
    "collections.defaultdict": (
        "(default_factory, map: ignore, **kwargs: ignore) -> shallow(map, kwargs)"
    ),
    "collections.OrderedDict": "(map: ignore, **kwargs: ignore) -> shallow(map, kwargs)",
    "builtins.iter": "(iterable: ignore) -> list(element(iterable))",
    "builtins.reversed": "(sequence: ignore) -> list(element(sequence))",
    "builtins.sorted": "(iterable) -> list(element(iterable))",
    "builtins.enumerate": "(iterable: ignore, start) -> list((_, element(iterable)))",
    "builtins.zip": "(*iterables: ignore) -> list(each(iterables))",
    "builtins.filter": "(function, iterable) -> list(element(iterable))",
    "builtins.map": "(func, *iterables: ignore) -> list(apply(func, iterables))",
    "itertools.repeat": "(object: ignore, times) -> list(same(object))",
    "itertools.cycle": "(iterable: ignore) -> list(element(iterable))",
    "itertools.islice": "(iterable: ignore) -> list(element(iterable))",
    # Members by name.
    "builtins.next": "(iterator: ignore, default: ignore) -> element(iterator) | same(default)",
    "builtins.getattr": (
        "(obj: ignore, name, default: ignore) -> element(obj, name) | same(default)"
    ),
    "builtins.setattr": "(obj: ignore, name, value: ignore) -> _; obj[name] = same(value)",
    "builtins.delattr": "(obj: ignore, name) -> _",
    "builtins.vars": "(object: ignore) -> shallow(object)",
    "builtins.object.__setattr__": (
        "(self: ignore, name, value: ignore) -> _; self[name] = same(value)"
    ),
    "operator.getitem": "(a: ignore, b) -> element(a, b)",
    "operator.setitem": "(a: ignore, b, c: ignore) -> _; a[b] = same(c)",
    # Lists, and by them deques and the abstract sequences.
    "builtins.list.append": "(self: ignore, object: ignore) -> _; self[] = same(object)",
    "builtins.list.insert": "(self: ignore, index, object: ignore) -> _; self[] = same(object)",
    "builtins.list.extend": "(self: ignore, iterable: ignore) -> _; self[] = element(iterable)",
    "builtins.list.pop": "(self: ignore, index) -> taken(self, index)",
    "builtins.list.remove": "(self: ignore, value: ignore) -> _",
    "builtins.list.index": "(self: ignore, value: ignore) -> _",
    "builtins.list.count": "(self: ignore, value: ignore) -> _",
    "builtins.list.copy": "(self: ignore) -> shallow(self)",
    "builtins.list.clear": "(self: ignore) -> _",
    "builtins.list.reverse": "(self: ignore) -> _",
    "builtins.tuple.index": "(self: ignore, value: ignore) -> _",
    "builtins.tuple.count": "(self: ignore, value: ignore) -> _",
    "collections.deque.appendleft": "(self: ignore, object: ignore) -> _; self[] = same(object)",
    "collections.deque.extendleft": (
        "(self: ignore, iterable: ignore) -> _; self[] = element(iterable)"
    ),
    "collections.deque.popleft": "(self: ignore) -> taken(self)",
    "collections.deque.rotate": "(self: ignore, n) -> _",
    # Dictionaries, and by them the abstract mappings.
    "builtins.dict.get": (
        "(self: ignore, key, default: ignore) -> element(self, key) | same(default)"
    ),
    "builtins.dict.pop": "(self: ignore, key, default: ignore) -> taken(self, key) | same(default)",
    "builtins.dict.setdefault": (
        "(self: ignore, key, default: ignore) -> element(self, key) | same(default);"
        " self[key] = element(self, key) | same(default)"
    ),
    "builtins.dict.update": (
        "(self: ignore, map: ignore, **kwargs: ignore) -> _;"
        " self[*] = same(map); self[*] = same(kwargs)"
    ),
    "builtins.dict.items": "(self: ignore) -> list((_, element(self)))",
    "builtins.dict.keys": "(self: ignore) -> list(_)",
    "builtins.dict.values": "(self: ignore) -> list(element(self))",
    "builtins.dict.popitem": "(self: ignore) -> (_, taken(self))",
    "builtins.dict.copy": "(self: ignore) -> shallow(self)",
    "builtins.dict.clear": "(self: ignore) -> _",
    # Sets.
    "builtins.set.add": "(self: ignore, object: ignore) -> _; self[] = same(object)",
    "builtins.set.update": "(self: ignore, iterable: ignore) -> _; self[] = element(iterable)",
    "builtins.set.pop": "(self: ignore) -> taken(self)",
    "builtins.set.remove": "(self: ignore, object: ignore) -> _",
    "builtins.set.discard": "(self: ignore, object: ignore) -> _",
    "builtins.set.copy": "(self: ignore) -> list(element(self))",
    "builtins.set.clear": "(self: ignore) -> _",
    # Context managers. One that `with` hands through stands for what it hands through.
    "contextlib.contextmanager": "transform transparent(func)",
    "contextlib.asynccontextmanager": "transform transparent(func)",
    "contextlib.nullcontext": "(enter_result: ignore) -> same(enter_result)",
    "contextlib.closing": "(thing: ignore) -> same(thing)",
    "contextlib.aclosing": "(thing: ignore) -> same(thing)",
    "contextlib.suppress": "(*exceptions) -> _",
    # Coroutines: an awaitable stands for what it is awaited to.
    "asyncio.gather": "(*coros_or_futures) -> shallow(coros_or_futures)",
    "asyncio.wait_for": "(fut, timeout) -> same(fut)",
    "asyncio.shield": "(arg) -> same(arg)",
    "asyncio.create_task": "(coro) -> same(coro)",
    "asyncio.ensure_future": "(coro_or_future) -> same(coro_or_future)",
    "asyncio.run": "(main) -> same(main)",
}
"""Public dotted name -> row."""
