"""On real packages mypy says with the plugin exactly what it says without, and nothing goes wrong.

The packages are copied out of site-packages, where mypy would not check their bodies. The plugin
is the real one, with its analysis; only its own errors are left out of the comparison.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

OWN = re.compile(r"\[state-[a-z]+\]$|\"[^\"]*\" (was consumed|was handed over) here$|over here$")


def mypy(folder: Path, package: str, follow: str, cache: Path, plugin: bool) -> list[str]:
    """What mypy says of a package, sorted: import cycles are checked in any order."""
    name = "with" if plugin else "without"
    settings = f"[mypy]\nignore_missing_imports = True\nfollow_imports = {follow}\n"
    settings += "plugins = mypy_eqxstate\n" if plugin else ""
    (folder / f"{name}.ini").write_text(settings, encoding="utf-8")
    run = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--no-error-summary", "--show-traceback"),
            *("--config-file", f"{name}.ini", "--cache-dir", str(cache / name), package),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode in (0, 1), run.stdout + run.stderr
    assert not run.stderr
    return sorted(run.stdout.splitlines())


# Optax is checked without the libraries that it imports: JAX's types take mypy a minute.
@pytest.mark.parametrize(("package", "follow"), [("equinox", "normal"), ("optax", "skip")])
def test_no_other_diagnostic_changes(
    package: str, follow: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    assert pytestconfig.cache is not None
    cache = pytestconfig.cache.mkdir("real_packages")
    specification = importlib.util.find_spec(package)
    assert specification is not None and specification.submodule_search_locations
    shutil.copytree(specification.submodule_search_locations[0], tmp_path / package)
    without = mypy(tmp_path, package, follow, cache, plugin=False)
    with_plugin = mypy(tmp_path, package, follow, cache, plugin=True)
    assert not [line for line in with_plugin if "internal fault" in line]
    assert [line for line in with_plugin if not OWN.search(line)] == without
