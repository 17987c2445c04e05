"""`mypy-eqxstate check`: what is shown, what is not, and the exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from mypy_eqxstate.command_line.main import main
from mypy_eqxstate.oracle.tsp import server
from tests.checking.conftest import GOOD, SHOP, SHOP_CONFIGURATION, TICKETS, USE, Project

LINE = (
    'use.py:6:12: error: "ticket" was consumed by "finish" on line 5 and is used again; '
    'pass a copy of "ticket" on line 5 if it is still wanted  [state-reuse]\n'
)


class Command:
    """`mypy-eqxstate check`, in this process and with the tests' cache."""

    def __init__(self, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
        self._cache = f"--cache-dir={project.cache}"
        self._capsys = capsys
        self.errors = ""

    def __call__(self, *arguments: str, form: str = "concise") -> tuple[int, str]:
        """The exit code and what went to standard output."""
        code = main(["check", self._cache, "--format", form, *arguments])
        said = self._capsys.readouterr()
        self.errors = said.err
        return code, said.out


@pytest.fixture
def command(project: Project, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(project, capsys)


def test_findings_are_shown_and_the_exit_code_is_1(command: Command) -> None:
    assert command("use.py") == (1, LINE)
    assert command.errors == ""


def test_the_default_is_a_frame(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", f"--cache-dir={project.cache}", "use.py"]) == 1
    said = capsys.readouterr().out
    assert " 6 |     return ticket.look()\n   |            ^^^^^^ used here\n" in said
    assert "  ::: tickets.py:15\n" in said


def test_sarif_can_link_to_pages(command: Command) -> None:
    code, text = command("--rule-pages=https://example.org", "use.py", form="sarif")
    rules = json.loads(text)["runs"][0]["tool"]["driver"]["rules"]
    assert code == 1 and rules[0]["helpUri"] == f"https://example.org/{rules[0]['id']}.md"


def test_the_types_can_come_from_pyrefly(project: Project, command: Command) -> None:
    assert command("--types=pyrefly", "use.py") == (1, LINE)
    assert command("--types=pyrefly", "nowhere.py") == (2, "")
    assert command.errors == "mypy-eqxstate: nowhere.py: error: Cannot read file\n"


def test_mypys_own_errors_are_neither_shown_nor_counted(project: Project, command: Command) -> None:
    project.write("use.py", GOOD + "x: int = ''\nimport nowhere\n")
    assert command("use.py") == (0, "")
    assert command.errors == ""


def test_what_is_suppressed_for_mypy_is_suppressed(project: Project, command: Command) -> None:
    project.write("use.py", USE.replace(".look()", ".look()  # type: ignore[state-reuse]"))
    assert command("use.py") == (0, "")
    project.write("use.py", USE)
    project.write("mypy.ini", "[mypy]\n[mypy-use]\ndisable_error_code = eqxstate\n")
    assert command("use.py") == (0, "")


def test_a_check_that_can_not_be_made_is_2(project: Project, command: Command) -> None:
    project.write("broken.py", "x = (\n")
    assert command("broken.py") == (2, "")
    assert "broken.py:2: error: " in command.errors and "[syntax]" in command.errors
    assert command("nowhere.py") == (2, "")
    assert "nowhere.py" in command.errors
    assert command("use.py", "--config-file=none.ini") == (2, "")
    assert command.errors == "mypy-eqxstate: Cannot find config file 'none.ini'\n"
    assert command("use.py", "--python-executable=none") == (2, "")
    assert "none" in command.errors
    assert command("use.py", "--mypy-option=--no-such") == (2, "")
    assert command.errors == "mypy-eqxstate: unrecognized arguments: --no-such\n"
    project.write("mypy.ini", "[mypy\n")
    assert command("use.py") == (2, "")
    assert "mypy.ini" in command.errors


@pytest.mark.parametrize("types", ["mypy", "pyrefly"])
def test_what_can_not_be_checked_is_2_with_either_types(
    project: Project, command: Command, types: str
) -> None:
    project.write("broken.py", "x = (\n")
    code, text = command("broken.py", f"--types={types}", form="sarif")
    (invocation,) = json.loads(text)["runs"][0]["invocations"]
    assert (code, invocation["executionSuccessful"]) == (2, False)
    assert "broken.py:" in command.errors and "[syntax]" in command.errors
    assert command("-m", "nowhere", f"--types={types}") == (2, "")
    assert command.errors == 'mypy: error: Cannot find module "nowhere"\n'
    assert command("use.py", "--python-executable=/nowhere", f"--types={types}") == (2, "")
    assert "mypy: Invalid python executable '/nowhere': No such file" in command.errors
    assert command("use.py", f"--python-executable={os.devnull}", f"--types={types}") == (2, "")
    assert f"Invalid python executable '{os.devnull}'" in command.errors


@pytest.mark.skipif(os.name == "nt", reason="there are no such programs")
def test_an_interpreter_must_be_python(command: Command) -> None:
    assert command("use.py", "--python-executable=/bin/true") == (2, "")
    assert command.errors == "mypy: Invalid python executable '/bin/true': it is no Python\n"


def test_pyrefly_must_be_installed(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "sysconfig", SimpleNamespace(get_path=lambda name: str(tmp_path)))
    monkeypatch.setenv("PATH", "")
    code, text = command("use.py", "--types=pyrefly", form="full")
    assert code == 2
    assert "(not all could be checked)" in text
    assert "pyrefly is not installed" in command.errors
    assert "pip install '.[pyrefly]'" in command.errors


@pytest.mark.parametrize("types", ["mypy", "pyrefly"])
@pytest.mark.parametrize("option", [("-c", "x = 1"), ("-cx = 1",)])
def test_a_program_text_is_refused(command: Command, types: str, option: tuple[str, ...]) -> None:
    options = [f"--mypy-option={part}" for part in option]
    assert command(f"--types={types}", *options) == (2, "")
    said = "mypy-eqxstate: the text of mypy's option -c can't be checked; write it to a file\n"
    assert command.errors == said


def test_arguments_that_make_no_sense_are_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", "--format", "none"])
    assert ended.value.code == 2


def test_a_report_says_that_the_check_could_not_be_made(project: Project, command: Command) -> None:
    project.write("broken.py", "x = (\n")
    code, text = command("broken.py", form="json")
    assert code == 2
    assert "[syntax]" in json.loads(text)["failures"][0]


def test_without_paths_the_configuration_names_them(project: Project, command: Command) -> None:
    project.write("mypy.ini", "[mypy]\nplugins = mypy_eqxstate\nfiles = use.py\n")
    assert command() == (1, LINE)


def test_modules_and_packages_are_named_as_for_mypy(project: Project, command: Command) -> None:
    assert command("-m", "use") == (1, LINE)
    project.write("package/__init__.py", "")
    project.write("package/deep.py", USE)
    code, text = command("-p", "package")
    assert (code, text) == (1, LINE.replace("use.py", "package/deep.py"))
    assert command(".", "--exclude", "deep|use") == (0, "")


def test_output_goes_to_a_file(project: Project, command: Command) -> None:
    assert command("use.py", "--output", "report.txt") == (1, "")
    assert (project.root / "report.txt").read_text() == LINE


def test_output_that_can_not_be_written_is_2(project: Project, command: Command) -> None:
    said = "mypy-eqxstate: none/report.txt can't be written: No such file or directory\n"
    assert command("use.py", "--output", "none/report.txt") == (2, "")
    assert command.errors == said
    assert command("nowhere.py", "--output", "none/report.txt", form="json") == (2, "")
    assert command.errors.endswith(said)


def test_a_baseline_leaves_out_what_is_known(project: Project, command: Command) -> None:
    assert command("use.py", "--write-baseline", "known.json") == (0, "")
    (entry,) = json.loads((project.root / "known.json").read_text())["findings"]
    assert (entry["path"], entry["rule"]) == ("use.py", "state-reuse")
    known = ("use.py", "--baseline", "known.json")
    assert command(*known) == (0, "")
    project.write("use.py", "# shifted\n\n" + USE)
    assert command(*known) == (0, "")
    project.write("use.py", USE + "\n\n" + USE.replace("def use", "def other"))
    code, text = command(*known)
    assert (code, text.count("\n")) == (1, 1)
    assert text.startswith("use.py:15:")
    project.write("use.py", GOOD)
    assert command(*known) == (0, "")
    assert "1 finding of known.json is gone; write it again" in command.errors
    assert command("use.py", "--write-baseline", "known.json") == (0, "")
    assert command.errors == "mypy-eqxstate: 0 findings written to known.json\n"


@pytest.mark.parametrize("types", ["mypy", "pyrefly"])
def test_a_baseline_means_the_same_in_every_folder(
    project: Project,
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    types: str,
) -> None:
    how = f"--types={types}"
    project.write("ci/read.me", "")
    assert command("use.py", how, "--write-baseline", "known.json") == (0, "")
    assert command.errors == "mypy-eqxstate: 1 finding written to known.json\n"
    assert command("use.py", how, "--write-baseline", "ci/known.json") == (0, "")
    (entry,) = json.loads((project.root / "ci/known.json").read_text())["findings"]
    assert entry["path"] == "../use.py"
    for number, (folder, named) in enumerate(((".", ""), ("..", "project/"), ("ci", "../"))):
        monkeypatch.chdir(project.root / folder)
        # What mypy's cache knows of a file has the path that the file had then.
        cache = f"--cache-dir={tmp_path / f'cache{number}'}"
        for baseline in ("known.json", "ci/known.json"):
            for file in (f"{named}use.py", str(project.root / "use.py")):
                known = f"--baseline={named}{baseline}"
                assert command(file, how, cache, known) == (0, ""), (folder, baseline, file)
                assert command.errors == ""


def test_the_fingerprint_of_a_baseline_in_the_working_directory_is_that_of_the_report(
    command: Command, project: Project
) -> None:
    _, text = command("use.py", form="json")
    assert command("use.py", "--write-baseline", "known.json", form="json") == (0, "")
    kept = json.loads((project.root / "known.json").read_text())
    (entry,), (found,) = kept["findings"], json.loads(text)["findings"]
    assert entry["fingerprint"] == found["fingerprint"]


@pytest.mark.parametrize("text", [None, "no JSON", "[]", '{"version": 1}', '{"version": 2}'])
def test_a_baseline_that_is_none_is_2(project: Project, command: Command, text: str | None) -> None:
    if text is not None:
        project.write("known.json", text)
    assert command("use.py", "--baseline", "known.json") == (2, "")
    assert "known.json" in command.errors


def test_problems_of_the_configuration_are_findings(project: Project, command: Command) -> None:
    project.write("mypy.ini", "[mypy]\nplugins=mypy_eqxstate\n[mypy_eqxstate]\nstrct = true\n")
    code, text = command("use.py")
    assert code == 1
    assert text.splitlines()[0].endswith("[state-contract]")
    assert text.splitlines()[1:] == LINE.splitlines()


def test_a_library_that_mypy_does_not_find_makes_2(project: Project, command: Command) -> None:
    project.write("main.py", "import equinox.nn\n")
    alone = "--mypy-option=--no-site-packages"
    assert command("main.py", alone) == (2, "")
    said = "main.py imports equinox, which mypy does not find: its States are not checked"
    assert said in command.errors
    assert command("main.py", alone, form="full") == (2, "The check could not be made\n")
    project.write("mypy.ini", SHOP_CONFIGURATION)
    project.write("shop.py", SHOP)
    project.write("use.py", USE.replace("tickets", "shop"))
    assert command("main.py", "use.py", alone) == (2, LINE)
    code, text = command("main.py", "use.py", alone, form="json")
    document = json.loads(text)
    assert (code, len(document["findings"]), len(document["failures"])) == (2, 1, 1)
    assert document["failures"][0].startswith(said)


def test_a_check_that_is_not_complete_makes_no_baseline(project: Project, command: Command) -> None:
    alone = "--mypy-option=--no-site-packages"
    assert command("use.py", "--write-baseline=known.json") == (0, "")
    before = (project.root / "known.json").read_text()
    project.write("use.py", "import equinox.nn\n" + GOOD)
    assert command("use.py", alone, "--write-baseline=known.json") == (2, "")
    assert "known.json is not written" in command.errors
    assert (project.root / "known.json").read_text() == before
    assert command("use.py", alone, "--baseline=known.json") == (2, "")
    assert "gone" not in command.errors


def test_an_interpreter_without_the_library_makes_2(
    project: Project, command: Command, bare_python: str
) -> None:
    project.write("main.py", "import equinox.nn\n")
    for types in ("mypy", "pyrefly"):
        arguments = (f"--types={types}", f"--python-executable={bare_python}")
        assert command("main.py", *arguments) == (2, "")
        assert f"main.py imports equinox, which {types} does not find" in command.errors


def environment(**variables: str) -> dict[str, str]:
    root = Path(__file__).parents[2]
    return {**os.environ, "PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1", **variables}


@pytest.mark.parametrize("no_color", ["", "1"])
def test_colours_and_progress_are_for_terminals(project: Project, no_color: str) -> None:
    pty = pytest.importorskip("pty", reason="there are no such terminals here")
    command = [sys.executable, "-m", "mypy_eqxstate", "check", f"--cache-dir={project.cache}"]
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*command, "use.py"],
        stdout=theirs,
        stderr=subprocess.PIPE,
        env=environment(NO_COLOR=no_color, TERM="xterm"),
        check=False,
    )
    os.close(theirs)
    text = os.read(ours, 100_000).decode()
    os.close(ours)
    assert done.returncode == 1
    assert ("\033[" in text) is (no_color == "")
    assert done.stderr == b""


def test_watch_checks_again_when_a_file_changes(project: Project) -> None:
    command = [sys.executable, "-m", "mypy_eqxstate", "check", f"--cache-dir={project.cache}"]
    output = project.root.parent / "watched.txt"
    with output.open("w") as stream:
        watching = subprocess.Popen(
            [*command, "--watch", "--format=concise", "."],
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=environment(),
        )

    def wait_for(number: int) -> list[str]:
        """What was said in the check of this number, counting from 1."""
        end = time.monotonic() + 120
        while time.monotonic() < end and watching.poll() is None:
            parts = output.read_text().split("checked at")
            if len(parts) > number:
                time.sleep(0.5)
                return [line for line in parts[number - 1].splitlines() if "error" in line]
            time.sleep(0.1)
        raise AssertionError(output.read_text())

    try:
        assert wait_for(1) == LINE.splitlines()
        project.write("use.py", GOOD)
        assert wait_for(2) == []
        project.write("tickets.py", TICKETS + "\n\nx = (\n")
        assert len(wait_for(3)) == 1
        project.write("tickets.py", TICKETS)
        project.write("new.py", USE)
        found = wait_for(4) or wait_for(5)
        assert found == [LINE.replace("use.py", "new.py").strip()]
    finally:
        watching.terminate()
        watching.wait(timeout=30)
