"""`Resident`: after each edit it says what a run from the beginning would say."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from mypy.modulefinder import get_search_dirs

from mypy_eqxstate.checking import CannotRunError, Resident, check
from tests.checking.conftest import CONFIGURATION, GOOD, TICKETS, USE, Project

BORROWING = TICKETS.replace("    ticket.redeem()", "    pass")


@pytest.fixture
def resident(project: Project) -> Iterator[Resident]:
    kept = Resident(project.request("."))
    yield kept
    kept.close()


def test_it_follows_files_and_unsaved_texts(project: Project, resident: Resident) -> None:
    request = project.request(".")

    def both_say(*rules: str, unsaved: dict[str, str] | None = None) -> None:
        result = resident.check(unsaved)
        assert result == check(request, unsaved)
        assert [found.rule for _, found in result.findings] == list(rules)

    both_say("state-reuse")
    both_say("state-reuse")
    both_say(unsaved={"use.py": GOOD})
    both_say("state-reuse", unsaved={"use.py": "# ä\n\n" + USE})
    both_say("state-reuse", unsaved={"use.py": "# ö\n\n" + USE})
    both_say(unsaved={"tickets.py": BORROWING})
    both_say("state-reuse")
    project.write("use.py", GOOD)
    both_say()
    project.write("more.py", USE)
    both_say("state-reuse")
    both_say("state-reuse", "state-reuse", unsaved={"use.py": USE})
    (project.root / "more.py").unlink()
    both_say()


def test_a_syntax_error_passes(project: Project, resident: Resident) -> None:
    before = resident.check()
    broken = resident.check({"use.py": USE + "x = (\n"})
    assert [blocker.path for blocker in broken.blockers] == ["use.py"]
    assert broken.files == ()
    assert resident.check() == before


def test_it_begins_with_a_syntax_error(project: Project, resident: Resident) -> None:
    project.write("use.py", "x = (\n")
    project.write("other.py", "y = (\n")
    assert resident.check().blockers
    project.write("other.py", "")
    assert [blocker.path for blocker in resident.check().blockers] == ["use.py"]
    project.write("use.py", USE)
    result = resident.check()
    assert [path for path, _ in result.findings] == ["use.py"]
    assert result == check(project.request("."))


def test_it_follows_the_configuration(project: Project, resident: Resident) -> None:
    assert len(resident.check().findings) == 1
    project.write("mypy.ini", "[mypy]\nplugins=mypy_eqxstate\ndisable_error_code=state-reuse\n")
    assert resident.check().findings == []
    project.write("mypy.ini", "[mypy]\nplugins=mypy_eqxstate\n[mypy_eqxstate]\nstrct = true\n")
    assert [path for path, _ in resident.check().findings] == ["mypy.ini", "use.py"]
    project.write("mypy.ini", "[mypy\n")
    with pytest.raises(CannotRunError):
        resident.check()
    project.write("mypy.ini", "[mypy]\nplugins=mypy_eqxstate\n")
    assert len(resident.check().findings) == 1


def test_files_in_a_folder_of_the_interpreters_path_are_heard_after_an_edit(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in an editable installation; mypy takes such a folder for one of installed packages."""
    source = project.root / "src"
    project.write("src/tickets.py", TICKETS)
    use = str(project.write("src/use.py", USE))
    monkeypatch.setattr(sys, "path", [*sys.path, str(source)])
    get_search_dirs.cache_clear()
    resident = Resident(project.request(str(source)))
    try:
        assert len(resident.check().findings) == 1
        assert resident.check({use: GOOD}).findings == []
        assert len(resident.check({use: "# more\n" + USE}).findings) == 1
        project.write("src/tickets.py", BORROWING)
        assert resident.check().findings == []
        project.write("src/tickets.py", TICKETS)
        assert len(resident.check().findings) == 1
    finally:
        resident.close()
        get_search_dirs.cache_clear()


def test_a_configuration_that_mypy_can_not_keep_is_run_each_time(project: Project) -> None:
    project.write("mypy.ini", "[mypy]\nplugins=mypy_eqxstate\nfollow_imports=silent\n")
    resident = Resident(project.request("use.py"))
    assert len(resident.check().findings) == 1
    assert resident.check({"use.py": GOOD}).findings == []


def test_a_configuration_that_mypy_adds_to_does_not_begin_a_new_build(
    project: Project, resident: Resident
) -> None:
    project.write("mypy.ini", CONFIGURATION + "disable_error_code = misc\n")
    resident.check()
    before = resident._server
    resident.check({"use.py": GOOD})
    assert resident._server is before


# More modules than are added to a small build one by one.
MANY = 100


@pytest.fixture
def large(project: Project) -> Project:
    """A project beside a package of many modules, which each import the next one."""
    for number in range(MANY):
        project.write(f"large/m{number}.py", f"from . import m{number + 1} as _next\n")
    project.write(f"large/m{MANY}.py", "")
    project.write("large/__init__.py", "from large.m0 import _next as _next\n")
    return project


def begun(resident: Resident, texts: dict[str, str]) -> bool:
    """Whether a check of the files with these texts begins a new build; its findings are right."""
    before = resident._server
    result = resident.check(texts, tuple(texts))
    assert result.files == check(replace(resident._request, paths=tuple(texts)), texts).files
    return resident._server is not before


def test_a_new_build_is_begun_where_many_modules_come(large: Project) -> None:
    resident = Resident(large.request("use.py"))
    resident.check()
    assert begun(resident, {"use.py": "import large\n" + USE})
    assert not begun(resident, {"use.py": "import large\n" + GOOD}), "it has them now"
    assert not begun(resident, {"use.py": "import large\nimport large.m7\n" + USE})


def test_a_new_build_is_begun_where_many_modules_go_and_come_back(
    large: Project,
) -> None:
    large.write("notes.py", "")
    resident = Resident(large.request("notes.py"))
    texts = {"notes.py": "x = 1\n", "other.py": "from large.m0 import _next\n"}
    resident.check(texts, tuple(texts))
    assert begun(resident, {"notes.py": "x = 1\n"})
    assert not begun(resident, {"notes.py": "x = 2\n"})
    assert begun(resident, texts)


def test_modules_that_come_by_way_of_a_file_of_the_project_count(large: Project) -> None:
    large.write("between.py", "def load() -> None:\n    import large.m3\n")
    resident = Resident(large.request("use.py"))
    resident.check()
    assert begun(resident, {"use.py": "from between import load\n" + USE})


@pytest.mark.parametrize(
    "line", ["import largee", "from tickets import Tickett", "import large.m98"]
)
def test_the_build_stays_where_few_modules_come_or_none(large: Project, line: str) -> None:
    large.write("large/__init__.py", "")
    resident = Resident(large.request("use.py"))
    resident.check()
    for number in range(2):
        assert not begun(resident, {"use.py": f"{line}\n{USE}# {number}\n"})


def test_modules_that_mypy_does_not_follow_begin_one_new_build_at_most(large: Project) -> None:
    large.write("mypy.ini", CONFIGURATION + "[mypy-large.*]\nfollow_imports = skip\n")
    resident = Resident(large.request("use.py"))
    resident.check()
    texts = ["import large\n" + USE, "import large\nimport sys\n" + USE, "import large\n" + GOOD]
    assert [begun(resident, {"use.py": text}) for text in texts][1:] == [False, False]
