"""Which texts are about affine objects, and that no way to a State in Equinox is without a word."""

from __future__ import annotations

import inspect
from pathlib import Path

import equinox as eqx
import pytest

from mypy_eqxstate.mentions import Mentions


def mentions(*configured: str) -> Mentions:
    return Mentions(configured, lambda path: Path(path).read_bytes(), ())


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "def step(model, x, s: eqx.nn.State): ...": True,
        "model, s = eqx.nn.make_with_state(Net)()": True,
        "self.norm = eqx.nn.BatchNorm(8, axis_name='batch')": True,
        "self.index = StateIndex(0)": True,
        "from mypy_eqxstate import affine": True,
        # A layer that takes a State if it is given one: only together with a name for it.
        "x = eqx.nn.LayerNorm(8)(x)": False,
        "x, state = eqx.nn.LayerNorm(8)(x, state)": True,
        "model = eqx.nn.Sequential(layers)": False,
        "y, state = eqx.nn.Sequential(layers)(x, state)": True,
        # Other words with the same letters.
        "class TrainState(NamedTuple): step: int": False,
        "opt_state = optim.init(eqx.filter(model, eqx.is_array))": False,
        "state = env.reset(key)": False,
    }.items(),
)
def test_texts(text: str, expected: bool) -> None:
    assert mentions().are_in_text(text.encode()) is expected


def test_what_the_configuration_adds_is_a_word() -> None:
    configured = mentions("mine.token.Token", "mine.helpers.step")
    assert configured.are_in_text(b"def f(token: Token): ...")
    assert configured.are_in_text(b"from mine.helpers import step")
    assert not configured.are_in_text(b"def f(tokens: Tokens): steps()")


def test_whatever_in_equinox_takes_or_gives_a_state_has_a_word() -> None:
    """Its name is one, or is one together with a name for a State; found by the annotations."""
    found = set()
    for name, member in vars(eqx.nn).items():
        called = member.__call__ if inspect.isclass(member) else member
        source = ""
        if inspect.isfunction(inspect.unwrap(called)) or hasattr(called, "__wrapped__"):
            source = inspect.getsource(inspect.unwrap(called)).partition('"""')[0]
        if "State" in source and member.__module__.startswith("equinox."):
            found.add(name)
            assert mentions().are_in_text(f"{name} state".encode()), name
    assert {"BatchNorm", "SpectralNorm", "Sequential", "LayerNorm", "make_with_state"} <= found
