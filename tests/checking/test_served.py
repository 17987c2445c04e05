"""`Served`: pyrefly's types lead to what mypy's lead to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mypy_eqxstate.checking import check
from mypy_eqxstate.checking.served import Served
from tests.checking.conftest import GOOD, TICKETS, USE, Project

BORROWING = TICKETS.replace("    ticket.redeem()", "    pass")


@pytest.fixture
def served(project: Project) -> Iterator[Served]:
    kept = Served(project.request("use.py", "tickets.py"))
    yield kept
    kept.close()


def test_it_follows_files_and_unsaved_texts(project: Project, served: Served) -> None:
    request = project.request("use.py", "tickets.py")

    def both_say(*rules: str, unsaved: dict[str, str] | None = None) -> None:
        result = served.check(unsaved)
        expected = check(request, unsaved)
        assert result.findings == expected.findings
        assert result == replace(expected, watched=result.watched)
        assert [found.rule for _, found in result.findings] == list(rules)

    both_say("state-reuse")
    both_say(unsaved={"use.py": GOOD})
    both_say("state-reuse", unsaved={"use.py": "# ä\n\n" + USE})
    both_say(unsaved={"tickets.py": BORROWING})
    both_say("state-reuse")
    project.write("tickets.py", BORROWING)
    both_say()
    project.write("use.py", GOOD)
    project.write("tickets.py", TICKETS)
    both_say()
    project.write("use.py", USE)
    both_say("state-reuse")


def test_comments_and_settings_silence(project: Project, served: Served) -> None:
    silenced = USE.replace("ticket.look()", "ticket.look()  # type: ignore[{}]")
    for code, is_silent in (("state-reuse", True), ("eqxstate", True), ("state-stale", False)):
        result = served.check({"use.py": silenced.format(code)})
        assert (result.findings == []) is is_silent, code
    project.write("mypy.ini", "[mypy]\ndisable_error_code = state-reuse\n")
    assert served.check().findings == []
    project.write("mypy.ini", "[mypy]\n[mypy-use]\nignore_errors = True\n")
    assert served.check().findings == []


def test_problems_of_the_configuration_are_findings(project: Project, served: Served) -> None:
    project.write("mypy.ini", "[mypy]\nplugins = mypy_eqxstate\n\n[mypy_eqxstate]\nstrikt = 1\n")
    expected = check(project.request("use.py", "tickets.py"))
    assert served.check().files == expected.files


def test_a_syntax_error_is_a_limit_and_passes(project: Project, served: Served) -> None:
    broken = served.check({"use.py": USE + "x = (\n"})
    assert [(file.path, len(file.limits)) for file in broken.files] == [("use.py", 1)]
    assert [found.rule for _, found in served.check().findings] == ["state-reuse"]


def test_a_dead_server_is_one_fault(project: Project) -> None:
    dead = Served(project.request("use.py", "tickets.py"), command=["no-such-type-server"])
    result = dead.check()
    faults = [fault for file in result.files for fault in file.faults]
    assert len(faults) == 1
    assert "no-such-type-server can't be started" in faults[0]
    # What needs no types is found all the same.
    assert [found.rule for _, found in result.findings] == ["state-reuse"]
