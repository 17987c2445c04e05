"""`check`: what a run hands back, whichever way mypy comes to its result."""

from __future__ import annotations

from pathlib import Path

import pytest

from mypy_eqxstate.checking import CannotRunError, CheckResult, Request, check
from mypy_eqxstate.report.finding import Finding, Note, NoteKind, Position
from tests.checking.conftest import GOOD, USE, Project

MESSAGE = (
    '"ticket" was consumed by "finish" on line 5 and is used again; '
    'pass a copy of "ticket" on line 5 if it is still wanted'
)
FOUND = Finding(
    rule="state-reuse",
    message=MESSAGE,
    position=Position(6, 11, 6, 17),
    notes=(
        Note('"ticket" was consumed here', Position(5, 4, 5, 18), None, NoteKind.CONSUMED),
        Note(
            '"finish" takes it over here', Position(15, 0, 15, 0), "tickets.py", NoteKind.DECLARED
        ),
        Note('"ticket" comes from here', Position(4, 8, 4, 22), None, NoteKind.BORN),
    ),
)


def places(result: CheckResult) -> list[tuple[str, int, str]]:
    """File, line and rule of each finding."""
    return [(path, found.position.line, found.rule) for path, found in result.findings]


def test_a_finding_has_its_place_its_message_and_its_notes(project: Project) -> None:
    result = check(project.request("use.py"))
    assert result.findings == [("use.py", FOUND)]
    assert not result.blockers and not result.warnings
    assert result.sources == ("use.py",)
    assert {str(project.root / name) for name in ("use.py", "tickets.py")} <= result.watched


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--no-sqlite-cache", "--num-workers=2"),
        ("--no-fixed-format-cache",),
        ("--num-workers=2",),
        ("--no-incremental",),
        ("--cache-dir=/dev/null",),
    ],
    ids=" ".join,
)
def test_a_result_is_the_same_cold_and_warm(
    project: Project, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    project.write(
        "other.py", "from use import use\nx: int = ''\n" + USE.replace("def use", "def u")
    )
    project.cache = tmp_path / "own"
    request = project.request("use.py", "other.py", arguments=arguments)
    cold = check(request)
    assert places(cold) == [("other.py", 9, "state-reuse"), ("use.py", 6, "state-reuse")]
    assert all(len(found.notes) == 3 for _, found in cold.findings)
    assert cold.type_errors == 1
    warm = check(request)
    assert warm == cold
    assert [f.function for _, f in warm.findings] == [f.function for _, f in cold.findings]
    project.write("use.py", "#" + USE)
    edited = check(request)
    assert places(edited) == [("other.py", 9, "state-reuse"), ("use.py", 7, "state-reuse")]
    assert check(request) == edited


def test_a_cache_that_plain_mypy_filled_has_the_notes(project: Project, tmp_path: Path) -> None:
    from mypy import api

    own = str(tmp_path / "own")
    assert api.run(["use.py", "--cache-dir", own])[2] == 1
    assert check(Request(("use.py",), cache_dir=own)).findings == [("use.py", FOUND)]


def test_lost_notes_are_found_again(project: Project, tmp_path: Path) -> None:
    request = Request(("use.py",), cache_dir=str(tmp_path), arguments=("--no-sqlite-cache",))
    cold = check(request)
    (entry,) = tmp_path.rglob("use.eqxstate.json")
    entry.unlink()
    assert check(request) == cold
    entry.write_text("{}")
    assert check(request) == cold


def test_what_mypy_suppresses_is_not_there(project: Project) -> None:
    ignored = USE.replace("ticket.look()", "ticket.look()  # type: ignore[state-reuse]")
    project.write("use.py", ignored)
    assert check(project.request("use.py")).findings == []
    project.write("use.py", USE)
    disabled = ("--disable-error-code=state-reuse",)
    assert check(project.request("use.py", arguments=disabled)).findings == []
    project.write("mypy.ini", "[mypy]\nplugins=mypy_eqxstate\n[mypy-use]\nignore_errors = true\n")
    assert check(project.request("use.py")).findings == []


def test_mypys_own_errors_are_counted_only(project: Project) -> None:
    project.write("use.py", GOOD + "x: int = ''\ny: str = 1\n")
    result = check(project.request("use.py"))
    assert result.files == ()
    assert result.type_errors == 2


def test_what_stops_mypy_is_said_and_nothing_else(project: Project) -> None:
    project.write("broken.py", "x = (\n")
    result = check(project.request("use.py", "broken.py"))
    (blocker,) = result.blockers
    assert (blocker.path, blocker.code) == ("broken.py", "syntax")
    assert blocker.position is not None and blocker.position.line == 2
    assert result.files == ()
    (blocker,) = check(project.request("nowhere.py")).blockers
    assert "nowhere.py" in blocker.message


def test_problems_of_the_configuration_are_findings_in_its_file(project: Project) -> None:
    project.write("mypy.ini", "[mypy]\nplugins=mypy_eqxstate\n[mypy_eqxstate]\nstrct = true\n")
    for _ in "cold", "warm":
        result = check(project.request("use.py"))
        assert places(result) == [("mypy.ini", 3, "state-contract"), ("use.py", 6, "state-reuse")]


def test_mypy_can_not_begin(project: Project) -> None:
    (project.root / "empty").mkdir()
    with pytest.raises(CannotRunError, match=r"no \.py"):
        check(project.request("empty"))
    with pytest.raises(CannotRunError, match="unrecognized arguments: --no-such-option"):
        check(project.request("use.py", arguments=("--no-such-option",)))
    with pytest.raises(CannotRunError, match=r"Cannot find config file .none\.ini"):
        check(Request(("use.py",), config_file="none.ini"))
    project.write("mypy.ini", "[mypy\n")
    with pytest.raises(CannotRunError, match=r"mypy\.ini"):
        check(project.request("use.py"))


def test_a_plugin_that_can_not_be_loaded_stops_mypy(project: Project) -> None:
    project.write("mypy.ini", "[mypy]\nplugins = nowhere, mypy_eqxstate\n")
    (blocker,) = check(project.request("use.py")).blockers
    assert 'Error importing plugin "nowhere"' in blocker.message


def test_an_option_that_mypy_does_not_know_is_a_warning(project: Project) -> None:
    project.write("mypy.ini", "[mypy]\nplugins = mypy_eqxstate\nno_such_option = 1\n")
    result = check(project.request("use.py"))
    assert result.warnings == ("mypy.ini: [mypy]: Unrecognized option: no_such_option = 1",)
    assert len(result.findings) == 1


@pytest.mark.parametrize("configuration", ["[mypy]\n", None])
def test_the_plugin_is_added_where_it_is_not_named(
    project: Project, tmp_path: Path, configuration: str | None
) -> None:
    (project.root / "mypy.ini").unlink()
    if configuration is not None:
        project.write("mypy.ini", configuration)
    own = tmp_path / "own"
    request = Request(("use.py",), cache_dir=str(own))
    assert check(request).findings == [("use.py", FOUND)]
    assert check(request).findings == [("use.py", FOUND)]
    assert [folder.name for folder in own.iterdir() if folder.is_dir()] == ["mypy_eqxstate"]


def test_without_paths_the_configuration_says_what_is_checked(project: Project) -> None:
    project.write("mypy.ini", "[mypy]\nplugins = mypy_eqxstate\nfiles = use.py\n")
    assert check(project.request()).findings == [("use.py", FOUND)]
    project.write("mypy.ini", "[mypy]\nplugins = mypy_eqxstate\n")
    with pytest.raises(CannotRunError, match="Missing target"):
        check(project.request())


def test_unsaved_texts_count_instead_of_files(project: Project) -> None:
    request = project.request("use.py")
    saved = check(request)
    assert check(request, {"use.py": GOOD}).findings == []
    shifted = check(request, {str(project.root / "use.py"): "# ä" + USE})
    assert places(shifted) == [("use.py", 7, "state-reuse")]
    borrowing = (project.root / "tickets.py").read_text().replace("    ticket.redeem()", "    pass")
    assert check(request, {"tickets.py": borrowing}).findings == []
    assert check(request) == saved


def test_an_unsaved_text_needs_no_file(project: Project) -> None:
    request = project.request("new.py")
    assert places(check(request, {"new.py": USE})) == [("new.py", 7, "state-reuse")]
    project.write("use.py", "import new\n")
    result = check(project.request("use.py"), {"new.py": USE})
    assert places(result) == [("new.py", 7, "state-reuse")]
    assert result.type_errors == 0


def test_progress_names_the_files_that_are_done(project: Project, tmp_path: Path) -> None:
    project.cache = tmp_path
    seen: list[str] = []
    check(project.request("use.py"), progress=seen.append)
    assert {"use.py", "tickets.py"} <= set(seen)
