"""Which files there are, from one check to the next: what changes on the disk is noticed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mypy_eqxstate.oracle.tsp.folders import Folders
from mypy_eqxstate.oracle.tsp.modules import Modules, read_file


def long_ago(folder: Path) -> None:
    """Let a folder look as if it had not changed for long, so that its list is kept."""
    os.utime(folder, ns=(10**18, 10**18))


def test_files_come_and_go_between_checks(tmp_path: Path) -> None:
    folders, here = Folders(), str(tmp_path)
    long_ago(tmp_path)
    folders.begin([])
    assert not folders.has(here, "a.py")
    (tmp_path / "a.py").touch()
    assert not folders.has(here, "a.py"), "a check sees one state of the disk"
    folders.begin([])
    assert folders.has(here, "a.py")
    (tmp_path / "a.py").unlink()
    folders.begin([])
    assert not folders.has(here, "a.py")


def test_a_folder_that_has_not_changed_is_listed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.py").touch()
    long_ago(tmp_path)
    folders, here = Folders(), str(tmp_path)
    folders.begin([])
    assert folders.has(here, "a.py")
    listed: list[object] = []

    def listing(folder: str) -> list[str]:
        listed.append(folder)
        return []

    monkeypatch.setattr(os, "listdir", listing)
    folders.begin([])
    assert folders.has(here, "a.py") and listed == []
    (tmp_path / "b.py").touch()
    folders.begin([])
    folders.has(here, "b.py")
    assert listed == [here]


def test_nothing_is_looked_for_below_what_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = Folders()
    folders.begin([])
    folders.has(str(tmp_path), "jax")
    asked: list[object] = []
    monkeypatch.setattr(os, "stat", lambda folder: asked.append(folder))
    assert not folders.has(str(tmp_path / "jax"), "__init__.py") and asked == []


def test_files_that_are_not_saved_are_there(tmp_path: Path) -> None:
    folders = Folders()
    modules = Modules(read_file, [tmp_path], [], folders=folders)
    new = tmp_path / "package" / "new.py"
    folders.begin([new])
    assert modules.find("package.new") == new
    assert modules.find("package") is None
    folders.begin([])
    assert Modules(read_file, [tmp_path], [], folders=folders).find("package.new") is None


def test_which_of_several_files_is_the_module(tmp_path: Path) -> None:
    def found(name: str) -> str | None:
        path = Modules(read_file, [tmp_path / "own"], [tmp_path / "libraries"]).find(name)
        return None if path is None else path.relative_to(tmp_path).as_posix()

    for name in (
        "own/plain.py",
        "own/both.py",
        "own/both/__init__.py",
        "own/stubbed.py",
        "own/stubbed.pyi",
        "own/package/__init__.py",
        "own/package/inner.py",
        "libraries/plain.py",
        "libraries/library/__init__.py",
        "libraries/library/part.py",
        "libraries/library/other.py",
        "libraries/library-stubs/part.pyi",
        "libraries/namespace/part.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert found("plain") == "own/plain.py"
    assert found("both") == "own/both/__init__.py"
    assert found("stubbed") == "own/stubbed.pyi"
    assert found("package.inner") == "own/package/inner.py"
    assert found("package.missing") is None
    assert found("plain.inner") is None
    assert found("library") == "libraries/library/__init__.py"
    assert found("library.part") == "libraries/library-stubs/part.pyi"
    assert found("library.other") == "libraries/library/other.py"
    assert found("namespace.part") == "libraries/namespace/part.py"
    assert found("namespace") is None
