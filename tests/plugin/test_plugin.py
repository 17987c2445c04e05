"""The plugin inside mypy: codes, ignores, notes, cache, workers, faults, and no real analysis."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TYPINGS = ROOT / "tests/differential/typings"
CALLS = "\n".join(
    f"def {name}(x: int) -> int: return x"
    for name in ("take", "stale", "reuse", "dropped", "borrow", "contract", "boom", "part", "vast")
)
STALE = "wrong: stale  [state-stale]"
REUSE = "wrong: reuse  [state-reuse]"
NOTE = "note: taken over here"


@dataclass
class Project:
    """A directory with a configuration, and mypy over it."""

    root: Path
    status: int = 0

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(textwrap.dedent(text), encoding="utf-8")

    def configure(self, mypy: str = "", own: str = "", modules: str = "") -> None:
        lines = ["[mypy]", f"plugins = {ROOT / 'tests/plugin/stand_in.py'}", mypy, own, modules]
        self.write("mypy.ini", "\n".join(textwrap.dedent(line) for line in lines))

    def mypy(self, *arguments: str) -> list[str]:
        """Mypy's output, without the summary."""
        return self._run("-m", "mypy", "--no-error-summary", *(arguments or ("m.py",)))

    def python(self, program: str) -> list[str]:
        """The output of a program, run where mypy would be."""
        return self._run("-c", program)

    def _run(self, *arguments: str) -> list[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "MYPYPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.status = done.returncode
        return (done.stdout + done.stderr).splitlines()

    def analysed(self) -> list[str]:
        """The modules analysed since the last question."""
        log = self.root / "analysed.txt"
        names = sorted(log.read_text(encoding="utf-8").split()) if log.exists() else []
        log.unlink(missing_ok=True)
        return names


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all projects: most of it is mypy's own library stubs."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def project(tmp_path: Path, cache: Path) -> Project:
    made = Project(tmp_path)
    made.configure(f"cache_dir = {cache}")
    made.write("calls.py", f"import mypy_eqxstate\n{CALLS}\n")
    return made


def body(*lines: str) -> str:
    """A module whose function `f` has these lines, from line 3 on."""
    return "\n".join(["from calls import *", "def f() -> None:", *(f"    {x}" for x in lines), ""])


def test_an_error_has_its_code_and_its_note(project: Project) -> None:
    project.write("m.py", body("take(1)", "stale(1)", "take(1)", "reuse(1)"))
    assert project.mypy() == [
        f"m.py:3: {NOTE}",
        f"m.py:4: error: {STALE}",
        f"m.py:5: {NOTE}",
        f"m.py:6: error: {REUSE}",
    ]
    assert project.status == 1


def test_ranges_are_those_of_the_finding(project: Project) -> None:
    project.write("m.py", body("x = 1, stale(1)"))
    assert project.mypy("--show-column-numbers", "--show-error-end", "m.py") == [
        f"m.py:3:12:3:19: error: {STALE}"
    ]


def test_an_error_over_several_lines_is_ignored_on_any_of_them(project: Project) -> None:
    project.write("m.py", body("stale(", "    1,", ")  # type: ignore[state-stale]"))
    assert project.mypy() == []


def test_errors_are_repeated_by_warm_runs_and_workers(project: Project, tmp_path: Path) -> None:
    project.write("m.py", body("take(1)", "stale(1)"))
    expected = [f"m.py:3: {NOTE}", f"m.py:4: error: {STALE}"]
    for workers in ("0", "2"):
        arguments = ("-n", workers, "--cache-dir", str(tmp_path / workers), "m.py")
        assert project.mypy(*arguments) == expected
        assert "m" in project.analysed()
        assert project.mypy(*arguments) == expected
        assert project.analysed() == []


@pytest.mark.parametrize("code", ["[state-stale]", "[eqxstate]", ""])
def test_an_ignored_error_takes_its_note_along(project: Project, code: str) -> None:
    project.write("m.py", body("take(1)", f"stale(1)  # type: ignore{code}"))
    assert project.mypy() == []
    assert project.status == 0


def test_ignores_that_suppress_are_used_and_others_are_not(project: Project) -> None:
    project.write(
        "m.py",
        body("stale(1)  # type: ignore[state-stale]", "take(1)  # type: ignore[state-stale]"),
    )
    assert project.mypy("--warn-unused-ignores", "m.py") == [
        'm.py:4: error: Unused "type: ignore" comment  [unused-ignore]'
    ]


def test_a_note_draws_no_remark_about_an_ignore_on_its_own_line(project: Project) -> None:
    project.write("m.py", body('take("")  # type: ignore[arg-type]', "stale(1)"))
    assert project.mypy() == [f"m.py:3: {NOTE}", f"m.py:4: error: {STALE}"]


def test_an_ignore_for_the_wrong_code_does_not_suppress(project: Project) -> None:
    project.write("m.py", body("stale(1)  # type: ignore[state-reuse]"))
    found = project.mypy()
    assert found[0] == f"m.py:3: error: {STALE}"
    assert "not covered" in found[1]


@pytest.mark.parametrize("code", ["state-stale", "eqxstate"])
def test_codes_are_disabled_on_the_command_line(project: Project, code: str) -> None:
    project.write("m.py", body("take(1)", "stale(1)", "reuse(1)"))
    left = [f"m.py:3: {NOTE}", f"m.py:5: error: {REUSE}"] if code == "state-stale" else []
    assert project.mypy("--disable-error-code", code, "m.py") == left


def test_a_code_is_enabled_where_its_parent_is_disabled(project: Project) -> None:
    project.write("m.py", body("stale(1)", "reuse(1)"))
    arguments = ("--disable-error-code", "eqxstate", "--enable-error-code", "state-reuse", "m.py")
    assert project.mypy(*arguments) == [f"m.py:4: error: {REUSE}"]


def test_codes_are_disabled_in_the_configuration(project: Project, cache: Path) -> None:
    project.write("m.py", body("stale(1)", "reuse(1)"))
    project.configure(f"cache_dir = {cache}\ndisable_error_code = state-stale")
    assert project.mypy() == [f"m.py:4: error: {REUSE}"]


def test_codes_are_disabled_in_a_section_for_modules(project: Project, cache: Path) -> None:
    project.write("m.py", body("stale(1)"))
    project.write("n.py", body("stale(1)"))
    project.configure(f"cache_dir = {cache}", modules="[mypy-n]\ndisable_error_code = state-stale")
    assert project.mypy("m.py", "n.py") == [f"m.py:3: error: {STALE}"]


def test_codes_are_disabled_in_pyproject(project: Project, cache: Path) -> None:
    (project.root / "mypy.ini").unlink()
    project.write("m.py", body("stale(1)", "reuse(1)"))
    project.write("n.py", body("stale(1)", "reuse(1)"))
    plugin = ROOT / "tests/plugin/stand_in.py"
    project.write(
        "pyproject.toml",
        f"""
        [tool.mypy]
        plugins = ["{plugin}"]
        cache_dir = "{cache}"
        disable_error_code = ["state-stale"]
        [[tool.mypy.overrides]]
        module = "n"
        disable_error_code = ["eqxstate"]
        """,
    )
    assert project.mypy("m.py", "n.py") == [f"m.py:4: error: {REUSE}"]


def test_codes_are_disabled_inline(project: Project) -> None:
    project.write("m.py", "# mypy: disable-error-code=state-stale\n" + body("stale(1)", "reuse(1)"))
    assert project.mypy() == [f"m.py:5: error: {REUSE}"]


def test_an_unknown_code_is_still_an_error_of_mypy(project: Project) -> None:
    project.write("m.py", body("stale(1)"))
    assert "Invalid error code(s): state-stal" in " ".join(
        project.mypy("--disable-error-code", "state-stal", "m.py")
    )


@pytest.mark.parametrize("name", ["boom", "part"])
def test_an_internal_fault_is_one_note_and_mypy_stands(project: Project, name: str) -> None:
    project.write("m.py", body(f"{name}(1)", f"{name}(2)"))
    found = project.mypy()
    assert len(found) == 1
    assert found[0].startswith("m.py:1: note: mypy_eqxstate: internal fault in m.py: ")
    assert {"boom": "the module: RuntimeError: boom", "part": "f: TypeError"}[name] in found[0]
    assert "please report it" in found[0]
    assert project.status == 0
    project.write("m.py", body(f"{name}(1)", 'take("")'))
    found = project.mypy()
    assert len(found) == 2
    assert found[1].startswith("m.py:4: error: Argument 1 to")
    assert project.status == 1


def test_only_modules_that_can_be_concerned_are_analysed(project: Project) -> None:
    project.configure(f"cache_dir = {project.root / 'own_cache'}")
    project.write("m.py", "import between\nimport alone\n")
    project.write("between.py", "import calls\n")
    project.write("alone.py", "import os\nx = os.name\n")
    project.write("silent.py", "# mypy: ignore-errors\nimport calls\n")
    project.mypy("m.py", "silent.py")
    assert project.analysed() == ["between", "calls", "m"]


def test_modules_that_are_not_about_affine_objects_are_not_analysed(project: Project) -> None:
    """`calls` has the word in it; `unknown` imports what nobody has looked into."""
    project.configure(f"cache_dir = {project.root / 'own_cache'}\nmypy_path = {TYPINGS}")
    project.write("m.py", "import calls, plain, opaque, unknown\n")
    project.write("plain.py", "import equinox, nowhere  # type: ignore[import-not-found]\n")
    project.write("opaque.py", "import equinox\nopt_state = equinox.filter_jit\n")
    project.write("unknown.py", "import equinox, nbqa  # type: ignore\n")
    project.mypy("m.py")
    assert project.analysed() == ["calls", "m", "unknown"]


@pytest.mark.parametrize("imported", ["", "import equinox\nopt_state = equinox.filter_jit\n"])
def test_a_project_without_affine_objects_loads_nothing_of_the_analysis(
    tmp_path: Path, imported: str
) -> None:
    loaded = """
        import sys
        from mypy import api
        print(api.run(["m.py"])[0])
        print(*sorted(name for name in sys.modules if name.startswith("mypy_eqxstate")))
    """
    project = Project(tmp_path)
    project.write("mypy.ini", f"[mypy]\nplugins = mypy_eqxstate\nmypy_path = {TYPINGS}\n")
    project.write("m.py", f"{imported}def f(x: int) -> int: return f(x)\n")
    ran = project.python(textwrap.dedent(loaded))
    assert "Success: no issues found in 1 source file" in ran
    parts = {name.split(".")[1] for name in ran[-1].split() if "." in name}
    assert "session" in parts
    assert not parts & {"analysis", "contracts", "flow", "ir", "module_check"}


def test_a_change_of_the_configuration_invalidates_the_cache(
    project: Project, tmp_path: Path
) -> None:
    project.write("m.py", body("take(1)"))
    first = f"cache_dir = {tmp_path / 'own_cache'}"
    project.configure(first)
    project.mypy()
    assert "m" in project.analysed()
    project.mypy()
    assert project.analysed() == []
    project.configure(first, own="[mypy_eqxstate]\nstrict = true")
    project.mypy()
    assert "m" in project.analysed()


def test_problems_of_the_configuration_are_shown_once_and_the_check_runs(
    project: Project, cache: Path, tmp_path: Path
) -> None:
    project.write("m.py", body("stale(1)"))
    project.configure(f"cache_dir = {cache}", own="[mypy_eqxstate]\nstrct = true")
    for arguments in ((), (), ("-n", "2", "--cache-dir", str(tmp_path / "parallel"), "m.py")):
        problem, error = project.mypy(*arguments)
        assert problem.startswith("mypy.ini:")
        assert "strct" in problem and problem.endswith("[state-contract]")
        assert error == f"m.py:3: error: {STALE}"
        assert project.status == 1


def test_the_plugin_can_be_loaded_twice_in_one_process(project: Project) -> None:
    project.write("m.py", body("stale(1)"))
    script = (
        "from mypy import api; import mypy_eqxstate.mypy_plugin\n"
        "for _ in 1, 2: print(api.run(['--no-error-summary', 'm.py'])[0], end='')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MYPYPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=project.root,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [f"m.py:3: error: {STALE}"] * 2


def test_a_function_beyond_the_bounds_is_named_in_a_note(project: Project) -> None:
    project.write("m.py", body("vast(1)", "stale(1)"))
    assert project.mypy() == [
        'm.py:1: note: mypy_eqxstate: not checked for old States: "f", whose analysis does not '
        "settle",
        f"m.py:4: error: {STALE}",
    ]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python knows type parameters")
def test_a_file_with_newer_syntax_is_named_in_a_note(project: Project) -> None:
    project.write("m.py", "import calls\n\ndef f[T](x: T) -> T:\n    return x\n")
    error = "expected '('" if sys.version_info >= (3, 11) else "invalid syntax"
    assert project.mypy("--python-version", "3.12", "m.py") == [
        "m.py:1: note: mypy_eqxstate: not checked for old States: the file, which "
        f"Python 3.{sys.version_info.minor} (it "
        f"runs mypy) can't parse: {error} (<unknown>, line 3)"
    ]
    assert project.status == 0
