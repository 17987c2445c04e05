"""The real Equinox judges the cases: `state-reuse` is expected exactly where it raises.

Every function of a case is called as it stands, with fresh arguments made from its annotations, and
with every combination of its truth values and counts. Which lines were reached is traced: a
definite error must raise whenever its line is reached, a "may" on some paths only.
"""

import asyncio
import functools
import importlib.util
import inspect
import itertools
import sys
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import pytest
from equinox.nn._stateful import _sentinel
from jaxtyping import Array

from tests.scenarios import cases
from tests.scenarios.scenario_format import Case, Expected, Function, all_cases, lacks

OLD_STATE = "Attempted to use old state"
# What JAX says of the mark that Equinox before 0.11.8 leaves in a model for its initial State.
UNTRACEABLE = "Cannot interpret value of type <class 'object'> as an abstract array"
# Raised by some cases on purpose; anything else is a fault of the case.
ON_PURPOSE = (RuntimeError, AssertionError, SystemExit)

# Some cases leave out BatchNorm's `mode`, which old versions of Equinox don't know.
pytestmark = pytest.mark.filterwarnings("ignore:When `eqx.nn.BatchNorm")

ALL = [case for case in all_cases() if lacks(case) is None]
RUNS = [(case, function) for case in ALL for function in case.functions]

Maker = Callable[[], Any]


# --- Arguments ------------------------------------------------------------------------------------


class Layer(eqx.Module):
    """What stands for a Callable, a Protocol or Any: compiled, so that it marks nothing as old."""

    index: eqx.nn.StateIndex[Array]

    def __call__(self, x: Array, state: eqx.nn.State, *, train: bool = True) -> Any:
        y, new = self.count(x, state)
        return (y, new) if train else y

    @eqx.filter_jit
    def count(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        count = state.get(self.index) + 1
        return x + count, state.set(self.index, count)


class Indices(eqx.Module):
    index: eqx.nn.StateIndex[Array]
    other_index: eqx.nn.StateIndex[Array]

    def __init__(self) -> None:
        self.index = eqx.nn.StateIndex(jnp.array(0.0))
        self.other_index = eqx.nn.StateIndex(jnp.array(0.0))


@functools.cache
def template() -> tuple[Indices, eqx.nn.State]:
    return eqx.nn.make_with_state(Indices)()


def new_state(kind: type[eqx.nn.State]) -> eqx.nn.State:
    leaves, structure = jax.tree_util.tree_flatten(template()[1])
    state: eqx.nn.State = jax.tree_util.tree_unflatten(structure, leaves)
    if kind is not eqx.nn.State:
        subclassed = object.__new__(kind)
        vars(subclassed).update(vars(state))
        return subclassed
    return state


def index_called(name: str) -> eqx.nn.StateIndex[Array]:
    indices = template()[0]
    return indices.other_index if name.startswith("other") else indices.index


UNANNOTATED: Mapping[str, Any] = {
    "x": Array,
    "flag": bool,
    "index": eqx.nn.StateIndex,
    "model": Any,
    "layer": Any,
}


def makers(name: str, hint: Any) -> list[Maker]:
    """The ways to make an argument: several where the case is to be run with each of them."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    kind = origin or hint
    if hint is inspect.Parameter.empty:
        return makers(name, UNANNOTATED.get(name, eqx.nn.State))
    if isinstance(hint, typing.NewType):
        return makers(name, hint.__supertype__)
    if hasattr(hint, "__value__"):  # what a `type` statement makes
        return makers(name, hint.__value__)
    if isinstance(hint, typing.TypeVar):
        return makers(name, hint.__bound__)
    if kind in (typing.Union, types.UnionType):
        return [maker for part in parts for maker in makers(name, part)]
    if hint is types.NoneType:
        return [lambda: None]
    if hint is bool:
        return [lambda: False, lambda: True]
    if hint is int:
        return [lambda: 0, lambda: 1, lambda: 2]
    if hint is Array:
        return [lambda: jnp.array(1.0)]
    if kind is eqx.nn.StateIndex:
        return [functools.partial(index_called, name)]
    if hint is Any or kind is Callable or getattr(hint, "_is_protocol", False):
        return [lambda: Layer(template()[0].index)]
    if hint is object:
        return makers(name, eqx.nn.State)
    if not isinstance(kind, type):
        raise TypeError(f"no idea how to make {name}: {hint}")
    if issubclass(kind, eqx.nn.State):
        return [functools.partial(new_state, kind)]
    if kind is tuple and parts[-1] is not Ellipsis:
        return assembled(tuple, [makers(name, part) for part in parts])
    if issubclass(kind, Mapping):
        choices = [makers(name, parts[1])] * 2
        return assembled(lambda items: dict(zip(("state", "other"), items, strict=True)), choices)
    if issubclass(kind, Iterable) and kind.__module__ in ("builtins", "collections.abc"):
        build: Callable[[Iterable[Any]], Any] = iter if kind is Iterator else list
        return assembled(tuple if kind is tuple else build, [makers(name, parts[0])] * 3)
    return [functools.partial(call, kind, chosen) for chosen in bindings(kind, parts)]


def assembled(build: Callable[[Iterable[Any]], Any], choices: Iterable[list[Maker]]) -> list[Maker]:
    return [
        functools.partial(lambda chosen: build([make() for make in chosen]), chosen)
        for chosen in itertools.product(*choices)
    ]


def bindings(
    function: Callable[..., Any], type_arguments: tuple[Any, ...] = ()
) -> list[dict[str, Maker]]:
    """Every combination of arguments, still to be made; parameters with a default keep it."""
    hints = typing.get_type_hints(function)
    if isinstance(function, type):
        hints |= typing.get_type_hints(vars(function).get("__init__", object.__init__))
    known = dict(zip(getattr(function, "__parameters__", ()), type_arguments, strict=False))
    hints = {name: known.get(hint, hint) if known else hint for name, hint in hints.items()}
    wanted = {
        name: makers(name, hints.get(name, parameter.annotation))
        for name, parameter in signature(function).parameters.items()
        if parameter.default is parameter.empty
    }
    return [
        dict(zip(wanted, chosen, strict=True)) for chosen in itertools.product(*wanted.values())
    ]


def signature(function: Callable[..., Any]) -> inspect.Signature:
    """What a call takes. The metaclass of old versions of Equinox hides it for classes."""
    if isinstance(function, type) and issubclass(function, eqx.Module):
        own = inspect.signature(vars(function).get("__init__", function.__init__))
        _, *parameters = own.parameters.values()
        return own.replace(parameters=parameters)
    return inspect.signature(function)


def call(function: Callable[..., Any], chosen: Mapping[str, Maker]) -> Any:
    return function(**{name: make() for name, make in chosen.items()})


# --- Runs -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """What one call did: the lines it reached, and where Equinox's error passed through."""

    arguments: str
    reached: frozenset[int]
    raised_at: tuple[int, ...]
    result: Any

    @property
    def raised(self) -> bool:
        return bool(self.raised_at)


def load(case: Case) -> types.ModuleType:
    """The case as a new module: what it keeps at module level is fresh."""
    name = f"{cases.__name__}.{case.name}"
    spec = importlib.util.spec_from_file_location(name, case.path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def lookup(case: Case, function: Function) -> Callable[..., Any]:
    module = load(case)
    if function.owner is None:
        found: Callable[..., Any] = getattr(module, function.name)
        return found
    owner = getattr(module, function.owner)
    if inspect.isabstract(owner):
        (owner,) = owner.__subclasses__()
    (chosen,) = bindings(owner)
    method: Callable[..., Any] = getattr(call(owner, chosen), function.name)
    return method


@contextmanager
def lines_reached(filename: str, reached: set[int]) -> Iterator[None]:
    def in_frame(frame: types.FrameType, event: str, arg: Any) -> Any:
        if event == "line":
            reached.add(frame.f_lineno)
        return in_frame

    def on_call(frame: types.FrameType, event: str, arg: Any) -> Any:
        return in_frame if frame.f_code.co_filename == filename else None

    before = sys.gettrace()
    sys.settrace(on_call)
    try:
        yield
    finally:
        sys.settrace(before)


def finish(result: Any) -> Any:
    """Runs what only the first step was taken of: coroutines and generators."""
    if inspect.iscoroutine(result):
        return asyncio.run(result)
    if inspect.isgenerator(result):
        return list(result)
    if inspect.isasyncgen(result):

        async def collect() -> list[Any]:
            return [item async for item in result]

        return asyncio.run(collect())
    return result


def is_about_an_old_state(error: Exception) -> bool:
    """`update` does not look at its argument: it stumbles over what marks an old State."""
    stumbled = f"'{type(_sentinel).__name__}' object has no attribute"
    return OLD_STATE in str(error) or stumbled in str(error)


def frames_in(error: BaseException, filename: str) -> list[int]:
    """The lines of the file that the error passed through, the outermost first."""
    found = []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            found.append(trace.tb_lineno)
        trace = trace.tb_next
    return found


def run(case: Case, function: Function, chosen: int) -> Run:
    target = lookup(case, function)
    binding = bindings(target)[chosen]
    values = {name: make() for name, make in binding.items()}
    shown = ", ".join(f"{name}={value}" for name, value in values.items() if is_choice(value))
    reached: set[int] = set()
    raised_at: tuple[int, ...] = ()
    result = None
    filename = str(case.path)
    try:
        with lines_reached(filename, reached):
            result = finish(target(**values))
    except ON_PURPOSE:
        pass
    except TypeError as error:
        if type(_sentinel) is object and UNTRACEABLE in str(error):
            pytest.skip("before 0.11.8 a model can't be passed to transforms of JAX itself")
        raise
    except (ValueError, AttributeError) as error:
        if not is_about_an_old_state(error):
            raise
        lines = frames_in(error, filename)
        raised_at = tuple(line for line in lines if function.first <= line <= function.last)
        assert raised_at, f"raised outside of the function, on lines {lines}"
    return Run(shown, frozenset(reached), raised_at, result)


def is_choice(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, str))


def runs_of(case: Case, function: Function) -> list[Run]:
    count = len(bindings(lookup(case, function)))
    return [run(case, function, chosen) for chosen in range(count)]


# --- Tests ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "function"), RUNS, ids=[f"{case.name}-{function.label}" for case, function in RUNS]
)
def test_equinox_agrees(case: Case, function: Function) -> None:
    if function.directive == "not-run":
        pytest.skip(function.reason)
    runs = runs_of(case, function)
    reuses = [item for item in function.expected if item.code == "state-reuse"]
    if function.directive is not None or not reuses:
        for one in runs:
            assert not one.raised, f"({one.arguments}) raises on line {one.raised_at}"
        if function.directive is not None:
            assert reuses, "the comment above the function is about a state-reuse"
        if function.directive == "raises-later":
            assert any(map(holds_an_old_state, (one.result for one in runs)))
        return
    marked = {item.line for item in reuses}
    for one in runs:
        if one.raised:
            assert marked.intersection(one.raised_at), (
                f"({one.arguments}) raises on line {one.raised_at}, marked are {sorted(marked)}"
            )
    for item in reuses:
        judge(item, runs)


def judge(item: Expected, runs: list[Run]) -> None:
    raising = [one for one in runs if item.line in one.raised_at]
    passing = [one for one in runs if item.line in one.reached and not one.raised]
    assert raising, f"line {item.line} never raises"
    if item.may:
        assert passing or len(runs) == 1, f"line {item.line} raises always: not a 'may'"
    elif not item.in_a_loop:
        assert not passing, f"({passing[0].arguments}) passes line {item.line}: only a 'may'"


def holds_an_old_state(result: Any) -> bool:
    try:
        jax.tree_util.tree_leaves(result)
    except ValueError as error:
        return OLD_STATE in str(error)
    return False


@pytest.mark.parametrize(
    "case", [case for case in ALL if case.at_module_level], ids=lambda case: case.name
)
def test_equinox_agrees_at_module_level(case: Case) -> None:
    with pytest.raises(ValueError, match=OLD_STATE) as caught:
        load(case)
    marked = {item.line for item in case.at_module_level if item.code == "state-reuse"}
    assert marked.intersection(frames_in(caught.value, str(case.path)))
