"""What users import: cheap, without effect at run time, and a `clone` that really copies."""

import abc
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Protocol, get_type_hints

import equinox as eqx
import jax
import jax.numpy as jnp
import pytest

import mypy_eqxstate
from mypy_eqxstate import Borrowed, Consumed, affine, clone


class Counter(eqx.Module):
    """A layer that counts its calls."""

    index: eqx.nn.StateIndex[jax.Array]

    def __init__(self) -> None:
        self.index = eqx.nn.StateIndex(jnp.array(0))

    def count(self, state: eqx.nn.State) -> int:
        """Say how many calls `state` has seen."""
        return int(state.get(self.index))

    def __call__(self, state: eqx.nn.State) -> eqx.nn.State:
        """Count one call; this makes `state` old."""
        return state.set(self.index, state.get(self.index) + 1)


@pytest.fixture
def counter_and_state() -> tuple[Counter, eqx.nn.State]:
    return eqx.nn.make_with_state(Counter)()


# Importing


@pytest.mark.parametrize("unwanted", ["mypy", "jax", "equinox", "numpy"])
def test_importing_the_package_does_not_import(unwanted: str) -> None:
    program = (
        "import sys, mypy_eqxstate\n"
        f"assert {unwanted!r} not in sys.modules, sorted(sys.modules)\n"
        "assert 'mypy_eqxstate.mypy_plugin' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_everything_that_is_promised_is_there() -> None:
    assert set(mypy_eqxstate.__all__) == {
        "Borrowed",
        "Consumed",
        "__version__",
        "affine",
        "clone",
        "plugin",
    }
    assert all(hasattr(mypy_eqxstate, name) for name in mypy_eqxstate.__all__)


def test_mypy_finds_the_plugin_through_the_package() -> None:
    from mypy.plugin import Plugin
    from mypy.version import __version__ as version

    # mypy may run more than once in a process, and asks each time.
    for _ in range(2):
        assert issubclass(mypy_eqxstate.plugin(version), Plugin)


# Annotations


def test_annotations_are_the_plain_type_at_run_time() -> None:
    def step(old: Consumed[eqx.nn.State], read: Borrowed[eqx.nn.State]) -> eqx.nn.State:
        return old.update(read)

    plain = {"old": eqx.nn.State, "read": eqx.nn.State, "return": eqx.nn.State}
    assert get_type_hints(step) == plain


def test_annotations_take_a_name_in_quotes() -> None:
    def step(state: "Consumed[eqx.nn.State]") -> None: ...

    assert get_type_hints(step)["state"] is eqx.nn.State


def test_annotations_print_as_they_are_written() -> None:
    assert "mypy_eqxstate.Borrowed" in repr(Borrowed[int])
    assert "mypy_eqxstate.Consumed" in repr(Consumed[int])


def test_affine_gives_back_any_class_unchanged() -> None:
    class Plain:
        __slots__ = ()

    class Abstract(abc.ABC):
        @abc.abstractmethod
        def read(self) -> int: ...

    class Shape(Protocol):
        def read(self) -> int: ...

    @dataclass(frozen=True)
    class Data:
        number: int

    for cls in (Plain, Abstract, Shape, Data, Counter):
        before = dict(vars(cls))
        assert affine(cls) is cls
        assert dict(vars(cls)) == before


# clone


def test_a_clone_outlives_its_original(counter_and_state: tuple[Counter, eqx.nn.State]) -> None:
    counter, state = counter_and_state
    copy = clone(state)
    newer = counter(state)
    assert type(copy) is eqx.nn.State
    assert (counter.count(copy), counter.count(newer)) == (0, 1)


def test_the_original_outlives_its_clone(counter_and_state: tuple[Counter, eqx.nn.State]) -> None:
    counter, state = counter_and_state
    newer = counter(clone(state))
    assert (counter.count(state), counter.count(newer)) == (0, 1)


def test_clone_works_under_jit(counter_and_state: tuple[Counter, eqx.nn.State]) -> None:
    counter, state = counter_and_state

    @jax.jit
    def twice_from_the_same(state: eqx.nn.State) -> tuple[eqx.nn.State, eqx.nn.State]:
        return counter(clone(state)), counter(counter(state))

    once, twice = twice_from_the_same(state)
    assert (counter.count(once), counter.count(twice)) == (1, 2)


@pytest.mark.parametrize("transform", [eqx.filter_jit, eqx.filter_vmap, eqx.filter_checkpoint])
def test_clone_works_under_transforms(
    counter_and_state: tuple[Counter, eqx.nn.State], transform: Any
) -> None:
    counter, state = counter_and_state

    def call(number: jax.Array) -> jax.Array:
        counter(clone(state))  # the captured State stays usable
        return number + state.get(counter.index)

    assert transform(call)(jnp.arange(3)).tolist() == [0, 1, 2]


def test_clone_takes_any_tree(counter_and_state: tuple[Counter, eqx.nn.State]) -> None:
    counter, state = counter_and_state
    tree = {"model": counter, "states": [state, None], "number": 3}
    copy = clone(tree)
    counter(state)
    assert copy["number"] == 3
    states = copy["states"]
    assert isinstance(states, list)
    assert counter.count(states[0]) == 0


def test_cloning_an_old_state_raises_the_error_of_equinox(
    counter_and_state: tuple[Counter, eqx.nn.State],
) -> None:
    counter, state = counter_and_state
    counter(state)
    with pytest.raises(ValueError, match="Attempted to use old state"):
        clone(state)
