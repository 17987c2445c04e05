"""The distribution as a user gets it: built, installed into an empty environment, and used there.

These tests build without isolation, with the build requirements of this environment. The empty
environment is filled from the package index, with the very versions that are installed here.
"""

import importlib.metadata
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def run(*command: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command in a neutral surrounding and give its result, whatever it is."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**environment, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source distribution, and from that the wheel; give the folder that has both."""
    folder = tmp_path_factory.mktemp("distributions")
    result = run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(distributions: Path) -> Path:
    (path,) = distributions.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel and Equinox into an empty environment; give its interpreter."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    versions = [
        f"{name}=={importlib.metadata.version(name)}" for name in ("mypy", "equinox", "jax")
    ]
    result = run(python, "-m", "pip", "install", "--quiet", wheel, *versions)
    assert result.returncode == 0, result.stdout + result.stderr
    return python


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a user's project out of the examples."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("counter.py", "counter_fixed.py"):
        (folder / name).write_text((EXAMPLES / name).read_text(encoding="utf-8"), encoding="utf-8")
    configuration = "[mypy]\nplugins = mypy_eqxstate\n"
    (folder / "mypy.ini").write_text(configuration, encoding="utf-8")
    return folder


def test_the_wheel_ships_the_package_and_the_stubs_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tops = {name.split("/")[0] for name in names}
    metadata = next(top for top in tops if top.endswith(".dist-info"))
    assert tops == {"mypy_eqxstate", "equinox-stubs", metadata}
    assert {
        "mypy_eqxstate/__init__.py",
        "mypy_eqxstate/py.typed",
        "equinox-stubs/py.typed",
        "equinox-stubs/nn/_stateful.pyi",
        f"{metadata}/licenses/LICENSE",
    } <= names
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / "mypy_eqxstate").rglob("*.py")}
    assert sources <= names


def test_the_wheel_needs_mypy_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode("utf-8"))
    required = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert required == ["mypy<3,>=2.4"]
    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata["License-Expression"] == "Apache-2.0"


def test_the_source_distribution_can_be_tested(distributions: Path) -> None:
    (path,) = distributions.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        ".pre-commit-hooks.yaml",
        "LICENSE",
        "Makefile",
        "README.md",
        "pyproject.toml",
        "docs/editors.md",
        "editors/vscode/package.json",
        "examples/counter.py",
        "mypy_eqxstate/__init__.py",
        "stubs/equinox-stubs/nn/_stateful.pyi",
        "tests/packaging/test_wheel.py",
    } <= names
    assert not any(name.startswith((".venv", ".mypy_cache")) for name in names)


def test_the_installed_plugin_reports_the_bug_of_the_report(
    environment: Path, project: Path
) -> None:
    result = run(environment, "-m", "mypy", "counter.py", cwd=project)
    last_line = len((project / "counter.py").read_text(encoding="utf-8").splitlines())
    errors = [line for line in result.stdout.splitlines() if ": error: " in line]
    assert len(errors) == 1, result.stdout + result.stderr[-2000:]
    assert errors[0].startswith(f"counter.py:{last_line}: error: ")
    assert errors[0].endswith("[state-stale]")
    assert result.returncode == 1


def test_the_installed_plugin_is_silent_where_the_state_is_rebound(
    environment: Path, project: Path
) -> None:
    result = run(environment, "-m", "mypy", "counter_fixed.py", cwd=project)
    assert result.stdout.splitlines()[-1].startswith("Success: "), result.stdout + result.stderr
    assert result.returncode == 0


def test_the_installed_command_says_the_same_and_nothing_else(
    environment: Path, project: Path
) -> None:
    command = (environment.with_name("mypy-eqxstate"), "check", "--format=concise")
    result = run(*command, "counter.py", cwd=project)
    last_line = len((project / "counter.py").read_text(encoding="utf-8").splitlines())
    (error,) = result.stdout.splitlines()
    assert error.startswith(f"counter.py:{last_line}:7: error: ")
    assert error.endswith("[state-stale]")
    assert (result.returncode, result.stderr) == (1, "")
    as_module = run(environment, "-m", "mypy_eqxstate", *command[1:], "counter.py", cwd=project)
    assert as_module.stdout == result.stdout
    clean = run(*command, "counter_fixed.py", cwd=project)
    assert (clean.returncode, clean.stdout, clean.stderr) == (0, "", "")


def test_mypy_reads_the_installed_stubs(environment: Path, project: Path, tmp_path: Path) -> None:
    configuration = tmp_path / "mypy.ini"
    configuration.write_text("[mypy]\n", encoding="utf-8")
    command = ["--verbose", "--config-file", str(configuration), "--cache-dir", str(tmp_path)]
    result = run(environment, "-m", "mypy", "counter_fixed.py", *command, cwd=project)
    assert result.returncode == 0, result.stdout + result.stderr[-2000:]
    assert "equinox-stubs/nn/_stateful.pyi (equinox.nn._stateful)" in result.stderr
    assert "equinox/nn/__init__.py (equinox.nn)" in result.stderr
