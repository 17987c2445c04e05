"""`Resident`: after each edit it says what a run from the beginning would say."""

from __future__ import annotations

import sys
from collections.abc import Iterator

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
