"""The pre-commit hook, and the set-ups that `docs/ci.md` shows, run by pre-commit itself.

The environment of the hook is filled from the package index, once.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checking.conftest import GOOD, Project
from tests.snippets import ROOT, snippet

FOUND = 'use.py:6:12: error: "ticket" was consumed by "finish" on line 5 and is used again;'


def run(*command: str, cwd: Path, **variables: str) -> tuple[int, str]:
    """The exit code and the output of a command."""
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "PRE_COMMIT_COLOR": "never", **variables}
    environment = {**os.environ, **settings}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def git(*arguments: str, cwd: Path) -> str:
    """The output of git."""
    author = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
    code, said = run("git", *author, *arguments, cwd=cwd)
    assert code == 0, said
    return said


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where pre-commit keeps the environments of hooks."""
    return str(tmp_path_factory.mktemp("pre-commit"))


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as a repository with one commit, of the files as they are now."""
    folder = tmp_path_factory.mktemp("repository")
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    for package in ("mypy_eqxstate", "stubs"):
        for file in (ROOT / package).rglob("*"):
            if file.suffix in {".py", ".pyi", ".toml", ".typed"}:
                copy = folder / file.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(file.read_bytes())
    git("init", "--quiet", cwd=folder)
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message=all", cwd=folder)
    return folder


def hooked(project: Project, configuration: str, home: str) -> tuple[int, str]:
    """What pre-commit says of a project with a configuration."""
    project.write(".pre-commit-config.yaml", configuration)
    project.write("notes.txt", "no Python")
    if not (project.root / ".git").exists():
        git("init", "--quiet", cwd=project.root)
    git("add", "--all", cwd=project.root)
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    return run(*command, cwd=project.root, PRE_COMMIT_HOME=home)


def test_the_manifest_is_valid() -> None:
    manifest = str(ROOT / ".pre-commit-hooks.yaml")
    code, said = run(sys.executable, "-m", "pre_commit", "validate-manifest", manifest, cwd=ROOT)
    assert (code, said) == (0, "")


def test_the_hook_of_this_repository(project: Project, repository: Path, home: str) -> None:
    shown = snippet("ci.md", "yaml", "repo: <this repository>")
    revision = git("rev-parse", "HEAD", cwd=repository).strip()
    configuration = (
        shown.replace("<this repository>", str(repository))
        .replace("<a commit or tag>", revision)
        .replace(".venv/bin/python", sys.executable)
    )
    code, said = hooked(project, configuration, home)
    assert code == 1, said
    assert FOUND in said
    project.write("use.py", GOOD)
    code, said = hooked(project, configuration, home)
    assert code == 0, said
    assert "Passed" in said


def test_a_local_hook(project: Project, home: str) -> None:
    shown = snippet("ci.md", "yaml", "repo: local")
    assert "entry: mypy-eqxstate check" in shown
    configuration = shown.replace("mypy-eqxstate", f"{sys.executable} -m mypy_eqxstate", 2)
    configuration = configuration.replace(f"id: {sys.executable} -m mypy_eqxstate", "id: eqxstate")
    code, said = hooked(project, configuration, home)
    assert code == 1, said
    assert FOUND in said
    project.write("use.py", GOOD)
    assert hooked(project, configuration, home)[0] == 0
