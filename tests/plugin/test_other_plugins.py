"""Beside the plugins of pydantic and NumPy, and with other stubs for Equinox, in either order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# What each plugin does: pydantic's knows that a model converts what it is given, so that it takes
# away an error of line 19; NumPy's knows which platform has extended precision; ours knows what is
# affine.
SOURCE = """\
import numpy as np
from mypy_eqxstate import Borrowed, Consumed, affine
from pydantic import BaseModel, Field


class Settings(BaseModel, frozen=True):
    rate: float = Field(alias="learning_rate")


@affine
class Token:
    settings: Settings

    def advance(self: "Consumed[Token]", settings: Settings) -> "Token":
        return self


def run(token: Token) -> tuple[Token, Settings]:
    settings = Settings(learning_rate="fast")
    newer = token.advance(Settings(learning_rate=0.1))
    settings.rate = 2.0
    return token, settings


def extended() -> np.float128:
    return np.float128("1")
"""
OURS = (
    'beside.py:14: note: "token.advance" is declared to consume it here',
    'beside.py:20: note: "token" was consumed here',
    'beside.py:22: error: "token" was consumed by "token.advance" on line 20 and is used again; '
    'write "token = token.advance(...)" there  [state-reuse]',
)
CONVERTED = "beside.py:19: error"

# A user's own stubs: other modules than the shipped ones, and State in another place.
STUBS = {
    "typings/equinox/__init__.pyi": "from equinox import nn as nn\n",
    "typings/equinox/nn.pyi": """\
class State:
    def get(self, item: object) -> float: ...
    def set(self, item: object, value: float) -> State: ...
class BatchNorm:
    def __call__(self, x: float, state: State) -> tuple[float, State]: ...
""",
    "other/jax-stubs/__init__.pyi": "def jit(fun: object) -> object: ...\n",
}
WITH_STUBS = """\
import equinox as eqx


def reuse(state: eqx.nn.State, index: object) -> float:
    new = state.set(index, 1.0)
    return state.get(index)


def stale(model: eqx.nn.BatchNorm, state: eqx.nn.State) -> eqx.nn.State:
    y, new = model(1.0, state)
    return state
"""

NAMES = {
    "ours": "mypy_eqxstate",
    "pydantic": "pydantic.mypy",
    "numpy": "numpy.typing.mypy_plugin",
}
ORDERS = (("ours", "numpy", "pydantic"), ("pydantic", "numpy", "ours"))


def lines(
    directory: Path, plugins: tuple[str, ...], *command: str, path: str = "typings"
) -> list[str]:
    """The lines of mypy with some plugins, in their order."""
    (directory / "mypy.ini").write_text(
        f"[mypy]\nplugins = {', '.join(NAMES[name] for name in plugins)}\nmypy_path = {path}\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *(command or ("mypy", "--no-error-summary", "."))],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return [line for line in done.stdout.splitlines() if ": note: See " not in line]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("beside")
    (directory / "beside.py").write_text(SOURCE)
    return directory


@pytest.fixture(scope="module")
def without_ours(project: Path) -> list[str]:
    return lines(project, ("pydantic", "numpy"))


@pytest.mark.parametrize("plugins", ORDERS, ids=" ".join)
def test_each_plugin_says_what_it_says_alone(
    project: Path, without_ours: list[str], plugins: tuple[str, ...]
) -> None:
    cold = lines(project, plugins)
    assert sorted(cold) == sorted([*without_ours, *OURS])
    assert not any(line.startswith(CONVERTED) for line in cold)
    assert lines(project, plugins) == cold  # from the cache
    dmypy = ("mypy.dmypy", "--status-file", str(project.parent / "daemon.json"))
    try:
        first = lines(project, plugins, *dmypy, "run", "--", "--no-error-summary", ".")
        assert first == ["Daemon started", *cold]
        (project / "beside.py").write_text(f"{SOURCE}\n\nmore = {len(plugins[0])}\n")
        assert lines(project, plugins, *dmypy, "recheck") == cold
    finally:
        lines(project, plugins, *dmypy, "stop")
        (project / "beside.py").write_text(SOURCE)


@pytest.mark.parametrize("order", [("typings", "other"), ("other", "typings")])
def test_other_stubs(tmp_path: Path, order: tuple[str, ...]) -> None:
    """The user's stubs come before the shipped ones; State is known by its public name."""
    for name, text in STUBS.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "stubs.py").write_text(WITH_STUBS)
    command = ("mypy", "--no-error-summary", "stubs.py")
    found = lines(tmp_path, ("ours",), *command, path=", ".join(order))
    assert [line.partition(" by ")[0] for line in found if ": error: " in line] == [
        'stubs.py:6: error: "state" was consumed',
        'stubs.py:11: error: "state" is out of date: "model" took it over on line 10 and returned '
        'a newer one; write "y, state = model(...)" there, or use "new", the newer State, here  '
        "[state-stale]",
    ]
