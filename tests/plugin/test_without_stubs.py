"""With the stubs missing (an unusual installation), the library table declares State affine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

SOURCE = """\
import equinox as eqx
import jax
from jaxtyping import Array


def reuse(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    new = state.set(index, x)
    return state.get(index)


def stale(model: eqx.nn.BatchNorm, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    y, new = jax.vmap(model)(x, state)
    return state


def rebound(state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array) -> Array:
    state = state.set(index, x)
    return state.get(index)
"""


def test_the_table_stands_in_for_the_stubs(tmp_path: Path) -> None:
    """The path of mypy goes before installed stubs, so a copy of the library on it hides them."""
    library = Path(find_spec("equinox").origin).parent  # type: ignore[union-attr, arg-type]
    shutil.copytree(library, tmp_path / "path" / "equinox")
    (tmp_path / "checked.py").write_text(SOURCE)
    (tmp_path / "mypy.ini").write_text(
        "[mypy]\nplugins = mypy_eqxstate\nmypy_path = path\nfollow_imports = silent\n"
    )
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "-v", "checked.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "equinox-stubs" not in result.stderr
    errors = [line for line in result.stdout.splitlines() if ": error:" in line]
    assert [(line.split(":")[1], line.rpartition("[")[2]) for line in errors] == [
        ("8", "state-reuse]"),
        ("13", "state-stale]"),
    ], result.stdout
