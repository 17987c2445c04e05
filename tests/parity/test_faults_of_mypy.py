"""What mypy 2.4 itself does wrong, shown without the plugin, so that nobody looks for it here.

Each test states what mypy does.  One that fails tells that mypy has changed: then the parity test
may ask for more, and the README's remark on it goes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from mypy.fscache import FileSystemCache
from mypy.modulefinder import FindModuleCache, SearchPaths
from mypy.options import Options


class Mypy:
    """A directory with mypy and its daemon in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._time = 1_700_000_000

    def write(self, name: str, text: str) -> None:
        self._time += 10
        (self.root / name).write_text(text, encoding="utf-8")
        os.utime(self.root / name, (self._time, self._time))

    def mypy(self, *arguments: str) -> str:
        return self._run("mypy", "--no-error-summary", *arguments)

    def dmypy(self, *arguments: str) -> str:
        return self._run("mypy.dmypy", "--status-file", "daemon.json", *arguments)

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return (done.stdout + done.stderr).removeprefix("Daemon started\n")


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Mypy]:
    made = Mypy(tmp_path)
    yield made
    made.dmypy("stop")


def test_the_daemon_forgets_unused_ignores(run: Mypy) -> None:
    options = ("--no-error-summary", "--warn-unused-ignores")
    unused = 'a.py:1: error: Unused "type: ignore" comment  [unused-ignore]\n'
    run.write("a.py", "x = 1  # type: ignore\n")
    run.write("b.py", "y = 1\n")
    assert run.dmypy("run", "--", *options, "a.py", "b.py") == unused
    run.write("b.py", "y = 22\n")
    assert run.dmypy("recheck") == ""
    assert run.mypy("--warn-unused-ignores", "a.py", "b.py") == unused


def test_the_daemon_starts_from_a_fine_grained_cache_without_the_errors_in_it(run: Mypy) -> None:
    run.write("a.py", "x: int = ''\n")
    assert "[assignment]" in run.mypy("--cache-fine-grained", "a.py")
    assert run.dmypy("run", "--", "--no-error-summary", "--use-fine-grained-cache", "a.py") == ""


def test_dmypy_run_crashes_where_a_code_of_a_plugin_is_disabled(run: Mypy) -> None:
    run.write(
        "plugin.py",
        "from mypy.errorcodes import ErrorCode\n"
        "from mypy.plugin import Plugin\n"
        "CODE = ErrorCode('of-plugin', 'A code', 'General')\n"
        "def plugin(version):\n    return Plugin\n",
    )
    run.write("mypy.ini", "[mypy]\nplugins = plugin.py\ndisable_error_code = of-plugin\n")
    run.write("a.py", "x = 1\n")
    assert run.mypy("a.py") == ""
    assert "KeyError: 'of-plugin'" in run.dmypy("run", "--", "a.py")
    # Started by hand it works.
    run.dmypy("start", "--", "--no-error-summary")
    assert run.dmypy("check", "a.py") == ""


def test_the_daemon_has_no_silent_imports(run: Mypy) -> None:
    run.write("a.py", "x = 1\n")
    assert "silent not supported" in run.dmypy("run", "--", "--follow-imports=silent", "a.py")


def test_recheck_with_a_list_of_changed_files_crashes_where_imports_are_followed(run: Mypy) -> None:
    run.write("a.py", "x = 1\n")
    run.dmypy("run", "--", "a.py")
    assert "AssertionError" in run.dmypy("recheck", "--update", "a.py")


def test_an_edit_of_the_same_size_within_the_same_second_is_not_seen(run: Mypy) -> None:
    run.write("a.py", "x: int = 11\n")
    assert run.mypy("a.py") == ""
    before = (run.root / "a.py").stat().st_mtime
    run.write("a.py", "x: int = ''\n")
    os.utime(run.root / "a.py", (before, before + 0.5))
    assert run.mypy("a.py") == ""
    assert "[assignment]" in run.mypy("--no-incremental", "a.py")


def test_errors_from_the_cache_keep_the_path_that_the_file_had(run: Mypy) -> None:
    """A copy of a checkout that shares the cache with it, as in continuous integration."""
    for folder in ("one", "two"):
        (run.root / folder).mkdir()
        (run.root / folder / "a.py").write_text("x: int = ''\n", encoding="utf-8")
        os.utime(run.root / folder / "a.py", (1_700_000_000, 1_700_000_000))
    assert run.mypy("one/a.py").startswith("one/a.py:1: error:")
    assert run.mypy("two/a.py").startswith("one/a.py:1: error:")


def test_a_partial_stub_package_without_its_package_is_found_where_nothing_is(
    tmp_path: Path,
) -> None:
    # `import equinox` then stops mypy: "equinox: error: Cannot read file". See the README, "Use".
    (tmp_path / "spam-stubs" / "part").mkdir(parents=True)
    (tmp_path / "spam-stubs" / "py.typed").write_text("partial\n", encoding="utf-8")
    paths = SearchPaths((), (), (str(tmp_path),), ())
    found = FindModuleCache(paths, FileSystemCache(), Options()).find_module("spam")
    assert found == f"{tmp_path}//spam"
    assert not Path(found).exists()


def test_a_submodule_comes_back_unnoticed_that_only_from_imports_name(run: Mypy) -> None:
    """The random program does without such imports: whoever has one is not checked again."""
    (run.root / "package").mkdir()
    run.write("package/__init__.py", "x = 1\n")
    run.write("package/part.py", "y = 1\n")
    run.write("a.py", "from package import part\n")
    assert run.mypy(".") == ""
    (run.root / "package" / "part.py").unlink()
    missing = 'a.py:1: error: Module "package" has no attribute "part"  [attr-defined]\n'
    assert run.mypy(".") == missing
    run.write("package/part.py", "y = 1\n")
    assert run.mypy(".") == missing
    assert run.mypy("--cache-dir", os.devnull, ".") == ""


def test_the_daemon_crashes_where_nobody_imports_a_standard_module_any_more(run: Mypy) -> None:
    """If there are errors elsewhere, which it says twice then."""
    run.write("a.py", "import colorsys\n")
    run.write("b.py", "def f() -> int:\n    return ''\n")
    options = ("run", "--", "--no-error-summary", ".")
    assert "[return-value]" in run.dmypy(*options)
    run.write("a.py", "x = 1\n")
    assert "AssertionError" in run.dmypy(*options)
