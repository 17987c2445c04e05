"""The judge's stand-in for Equinox and JAX does what they do, on a sample of the programs.

A program is run as it stands, once with the real libraries and once with the stand-in, whose guard
raises here as Equinox's does. With equal decisions both must take the same way, line by line where
something is raised.
"""

from __future__ import annotations

import sys
import traceback
import types
from collections.abc import Callable, Iterator
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tests.differential import reference, world
from tests.differential.grammar import PRELUDE, programs
from tests.differential.rewriting import without_imports
from tests.differential.world import PROGRAM, TooLongError, World

PROGRAMS = 60
LEFT_OUT = ("vmap", "grad", "scan", "cond")


def real_support() -> types.ModuleType:
    """The module `support` over the real libraries."""
    module = types.ModuleType("support")
    vars(module).update(
        array=lambda: jnp.array(1.0),
        ready=reference.ready,
        items=reference.items,
        risky=reference.risky,
        run=reference.run,
        show=jax.tree_util.tree_leaves,
        advance=jax.jit(lambda state: jax.tree_util.tree_map(lambda value: value + 1, state)),
    )
    return module


@pytest.fixture(scope="module")
def real() -> Iterator[dict[str, Any]]:
    """The prelude over the real libraries, run once so that what is compiled stays so."""
    with pytest.MonkeyPatch.context() as patch:
        module = types.ModuleType("program")
        patch.setitem(sys.modules, "program", module)
        patch.setitem(sys.modules, "support", real_support())
        exec(compile(PRELUDE, PROGRAM, "exec"), vars(module))
        yield vars(module)


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in's guard raises."""
    monkeypatch.setattr(reference, "GUARD_RAISES", True)


def outcome(run: Callable[[], Any], decisions: list[int]) -> tuple[object, ...]:
    """What is decided on the way, and how it ends."""
    run_seen = world.begin(World(decisions))
    try:
        run()
    except (RuntimeError, ValueError) as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == PROGRAM]
        return run_seen.made, type(error), lines
    except TooLongError:
        return run_seen.made, "too long"
    return run_seen.made, "done"


@settings(
    max_examples=PROGRAMS,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    program=programs(),
    decisions=st.lists(st.lists(st.integers(0, 2), max_size=12), min_size=3, max_size=3),
)
def test_both_take_the_same_way(
    program: str, decisions: list[list[int]], real: dict[str, Any], raising: None
) -> None:
    assume(not any(name in program[len(PRELUDE) :] for name in LEFT_OUT))
    rest = "\n" * PRELUDE.count("\n") + program[len(PRELUDE) :]
    exec(compile(rest, PROGRAM, "exec"), real)
    stand_in = reference.namespace()
    exec(compile(without_imports(program), PROGRAM, "exec"), stand_in)
    for each in decisions:
        assert outcome(stand_in["drive"], each) == outcome(real["drive"], each), program[
            len(PRELUDE) :
        ]


def test_the_libraries_guard_is_at_work(real: dict[str, Any]) -> None:
    layer, state = eqx.nn.make_with_state(real["Layer"])()
    state.set(layer.index, jnp.array(1.0))
    with pytest.raises(ValueError, match="old state"):
        state.get(layer.index)


Consume = Callable[[Any], Any]

untyped: Any = eqx
# What a transform is given: a function that consumes a State, a State, and a number.
REAL: dict[str, Callable[[Consume, Any], Any]] = {
    "jit": lambda consume, state: jax.jit(consume)(state),
    "jit, captured": lambda consume, state: jax.jit(lambda x: consume(state) and x)(1.0),
    "vmap": lambda consume, state: jax.vmap(consume, None, None, axis_size=2)(state),
    "gradient": lambda consume, state: untyped.filter_grad(
        lambda x, s: (x, consume(s)), has_aux=True
    )(jnp.ones(()), state),
    "scan": lambda consume, state: jax.lax.scan(lambda s, y: (consume(s), y), state, jnp.ones(2)),
    "cond": lambda consume, state: jax.lax.cond(True, consume, consume, state),
    "tree_map": lambda consume, state: consume(jax.tree_util.tree_map(lambda leaf: leaf, state)),
}
STAND_IN: dict[str, Callable[[Consume, Any], Any]] = {
    "jit": lambda consume, state: reference.Copying(consume)(state),
    "jit, captured": lambda consume, state: reference.Copying(lambda x: consume(state) and x)(1),
    "vmap": lambda consume, state: reference.Copying(consume)(state),
    "gradient": lambda consume, state: reference.namespace()["eqx"].filter_grad(
        lambda x, s: (x, consume(s)), has_aux=True
    )(reference.Array(), state),
    "scan": lambda consume, state: reference.scan(lambda s, y: (consume(s), y), state, 1),
    "cond": lambda consume, state: reference.cond(True, consume, consume, state),
    "tree_map": lambda consume, state: consume(reference.clone(state)),
}


@pytest.mark.parametrize("name", REAL)
def test_both_copy_the_same(name: str, real: dict[str, Any], raising: None) -> None:
    layer, state = eqx.nn.make_with_state(real["Layer"])()
    index = layer.index
    REAL[name](lambda s: s.set(index, s.get(index)), state)
    world.begin(World())
    stand_in = reference.State()
    STAND_IN[name](lambda s: s.set(None, None), stand_in)
    assert is_old(lambda: state.get(index)) == is_old(lambda: stand_in.get(None))


def is_old(read: Callable[[], Any]) -> bool:
    try:
        read()
    except ValueError as error:
        assert "old state" in str(error)
        return True
    return False
