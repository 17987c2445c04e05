"""`Served`: pyrefly's types lead to what mypy's lead to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mypy_eqxstate.checking import CannotRunError, check
from mypy_eqxstate.checking.served import Served
from tests.checking.conftest import GOOD, SHOP, SHOP_CONFIGURATION, TICKETS, USE, Project

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


def test_a_syntax_error_stops_the_check_and_passes(project: Project, served: Served) -> None:
    broken = served.check({"use.py": USE + "x = (\n"})
    assert broken.files == ()
    (blocker,) = broken.blockers
    assert (blocker.path, blocker.code) == ("use.py", "syntax")
    assert blocker.position is not None and blocker.position.line == 8
    assert [found.rule for _, found in served.check().findings] == ["state-reuse"]


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (b"x = '\xff'\n", "Cannot decode file: "),
        (b"# coding: klingon\n", "Cannot decode file: "),
        (b"x = 0\0\n", "source code string cannot contain null bytes"),
    ],
)
def test_a_file_that_is_no_text_stops_the_check(
    project: Project, served: Served, contents: bytes, message: str
) -> None:
    (project.root / "use.py").write_bytes(contents)
    (blocker,) = served.check().blockers
    assert blocker.path == "use.py" and blocker.message.startswith(message)


def test_files_without_states_are_read_too(project: Project) -> None:
    project.write("plain.py", "x = (\n")
    alone = Served(project.request("plain.py"))
    assert [blocker.path for blocker in alone.check().blockers] == ["plain.py"]


def test_modules_are_found_as_mypy_finds_them(project: Project) -> None:
    project.write("library/deep/inner.py", USE)
    project.write("mypy.ini", "[mypy]\nmypy_path = library\nmodules = use, deep.inner\n")
    named = Served(project.request())
    expected = check(project.request())
    result = named.check()
    named.close()
    assert [path for path, _ in result.findings] == ["library/deep/inner.py", "use.py"]
    assert result.findings == expected.findings
    with pytest.raises(CannotRunError, match='Cannot find module "nowhere"'):
        Served(project.request(arguments=("-m", "nowhere"))).check()


@pytest.mark.parametrize("named", ["./use.py", "package/../use.py", "{root}/use.py", "."])
def test_paths_are_written_as_mypy_writes_them(project: Project, named: str) -> None:
    project.write("package/deep.py", USE)
    request = project.request(named.format(root=project.root))
    served = Served(request)
    result, expected = served.check(), check(request)
    served.close()
    assert result.findings == expected.findings
    assert sorted(result.sources) == sorted(expected.sources)
    assert not any(path.startswith((".", "/")) for path in result.sources)
    project.write("use.py", "x = (\n")
    assert [blocker.path for blocker in served.check().blockers] == ["use.py"]


def test_paths_are_absolute_if_mypy_shows_them_so(project: Project) -> None:
    request = project.request("use.py", arguments=("--show-absolute-path",))
    served = Served(request)
    result, expected = served.check(), check(request)
    served.close()
    assert result.findings == expected.findings
    assert result.sources == expected.sources == (str(project.root / "use.py"),)


def test_a_folder_is_an_empty_module(project: Project) -> None:
    project.write("spread/one.py", USE)
    named = Served(project.request(arguments=("-m", "spread", "-m", "use")))
    assert [path for path, _ in named.check().findings] == ["use.py"]
    named.close()


def test_a_dead_server_is_one_fault(project: Project) -> None:
    dead = Served(project.request("use.py", "tickets.py"), command=["no-such-type-server"])
    result = dead.check()
    faults = [fault for file in result.files for fault in file.faults]
    assert len(faults) == 1
    assert "no-such-type-server can't be started" in faults[0]
    assert result.unchecked == tuple(faults)
    # What needs no types is found all the same.
    assert [found.rule for _, found in result.findings] == ["state-reuse"]


def test_a_library_that_is_not_found_is_said(project: Project, bare_python: str) -> None:
    project.write("mypy.ini", SHOP_CONFIGURATION)
    project.write("shop.py", SHOP)
    project.write("use.py", USE.replace("tickets", "shop"))
    project.write("helper.py", "import equinox as eqx\n")
    project.write("main.py", "from helper import eqx\n\n\ndef f(s: eqx.nn.State) -> None: ...\n")
    request = replace(project.request("main.py", "use.py"), python_executable=bare_python)
    lonely = Served(request)
    result = lonely.check()
    lonely.close()
    (warning,) = result.warnings
    assert warning.startswith("helper.py imports equinox, which pyrefly does not find")
    assert result.unchecked == (warning,)
    assert [path for path, _ in result.findings] == ["use.py"]
    # Who does not import it does not miss it.
    content = Served(replace(request, paths=("use.py",)))
    assert content.check().unchecked == ()
    content.close()
