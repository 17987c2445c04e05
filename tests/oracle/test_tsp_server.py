"""The conversation with a type server: versions, snapshots, deaths, unsaved text, positions."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mypy_eqxstate.config import Configuration
from mypy_eqxstate.oracle.tsp.check import check_with_tsp
from mypy_eqxstate.oracle.tsp.inference import Positions
from mypy_eqxstate.oracle.tsp.server import (
    Range,
    ServerGoneError,
    TypeServer,
    UnsupportedProtocolError,
    has_pyrefly_configuration,
    path_of_uri,
    pyrefly_command,
)

FAKE = str(Path(__file__).with_name("fake_type_server.py"))
Start = Callable[[list[str]], TypeServer]


def fake(version: str, what: str = "well") -> list[str]:
    return [sys.executable, FAKE, version, what]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[TypeServer] = []

    def begin(command: list[str]) -> TypeServer:
        started.append(TypeServer(command, tmp_path))
        return started[-1]

    yield begin
    for server in started:
        server.close()


@pytest.mark.parametrize("version", ["0.4.0", "0.4.1", "0.4.7"])
def test_a_patch_of_the_known_version_is_taken(start: Start, version: str) -> None:
    assert start(fake(version)).version == version


@pytest.mark.parametrize("version", ["0.3.9", "0.5.0", "1.4.0", "new"])
def test_another_version_is_refused_with_both_versions(start: Start, version: str) -> None:
    with pytest.raises(UnsupportedProtocolError, match=rf"speaks version {version} .* needs 0.4.x"):
        start(fake(version))


def test_a_language_server_is_no_type_server(start: Start) -> None:
    with pytest.raises(UnsupportedProtocolError, match="is it `pyrefly tsp`"):
        start(fake("none"))


def test_a_program_that_is_missing(start: Start) -> None:
    with pytest.raises(ServerGoneError, match="no-such-program can't be started"):
        start(["no-such-program"])


def test_a_refused_snapshot_is_asked_again(start: Start, tmp_path: Path) -> None:
    server = start(fake("0.4.1", "moving"))
    answers = server.types(tmp_path / "a.py", [Range(0, 0, 0, 1)] * 50)
    assert [answer is not None and answer["name"] for answer in answers] == ["any"] * 50


def test_the_last_words_of_a_server_are_told(start: Start, tmp_path: Path) -> None:
    server = start(fake("0.4.1", "dies"))
    with pytest.raises(ServerGoneError, match=r"has ended .*out of memory"):
        server.types(tmp_path / "a.py", [Range(0, 0, 0, 1)])
    assert not server.is_alive
    with pytest.raises(ServerGoneError):
        server.types(tmp_path / "a.py", [Range(0, 0, 0, 1)])


@pytest.mark.parametrize("what", ["dies", "babbles"])
def test_a_server_that_goes_is_one_fault_and_the_check_goes_on(tmp_path: Path, what: str) -> None:
    source = """\
import equinox as eqx
def f(state: eqx.nn.State, index, x):
    new = state.set(index, x)
    return state.get(index), new
"""
    files = [tmp_path / name for name in ("a.py", "b.py")]
    for file in files:
        file.write_text(source)
    reports = check_with_tsp(files, Configuration(), command=fake("0.4.1", what))
    faults = [str(fault) for report in reports.values() for fault in report.faults]
    assert len(faults) == 1
    assert "the types of expressions are not known" in faults[0]
    for report in reports.values():
        assert [found.rule for found in report.findings] == ["state-reuse"]


def test_files_without_states_start_no_server(tmp_path: Path) -> None:
    tmp_path.joinpath("a.py").write_text("import os\nfrom b import x\nprint(os.name, x)\n")
    tmp_path.joinpath("b.py").write_text("x = 1\n")
    reports = check_with_tsp([tmp_path], Configuration(), command=["no-such-program"])
    assert [report.faults for report in reports.values()] == [[], []]


# --- pyrefly itself


def name_of(server: TypeServer, path: Path, place: Range) -> str:
    answer = server.types(path, [place])[0]
    assert answer is not None
    return str(answer["declaration"]["name"])


def test_what_has_changed_counts_at_once(start: Start, tmp_path: Path) -> None:
    use, made = tmp_path / "use.py", tmp_path / "made.py"
    use.write_text("from made import make\nx = make()\n")
    x = Range(1, 0, 1, 1)
    made.write_text("def make() -> int: ...\n")
    server = start(pyrefly_command())
    assert server.version == "0.4.1"
    assert name_of(server, use, x) == "int"
    for name in ("str", "float", "bytes"):
        made.write_text(f"def make() -> {name}: ...\n")
        server.notice_changes([made])
        assert name_of(server, use, x) == name
    for text, name in (("x = str()", "str"), ("x = 1.0", "float"), ("x = [1]", "list")):
        server.show(use, f"\n{text}\n")
        assert name_of(server, use, x) == name
    server.hide(use)
    assert name_of(server, use, x) == "bytes"


def test_a_users_own_configuration_counts(tmp_path: Path) -> None:
    inside = tmp_path / "src" / "package"
    inside.mkdir(parents=True)
    assert not has_pyrefly_configuration(inside)
    tmp_path.joinpath("pyproject.toml").write_text("[tool.other]\n")
    assert not has_pyrefly_configuration(inside)
    tmp_path.joinpath("pyproject.toml").write_text('[tool.pyrefly]\nsearch-path = ["src"]\n')
    assert has_pyrefly_configuration(inside)


# --- positions


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a.b", Range(0, 0, 0, 3)),
        ('"é", state', Range(0, 5, 0, 10)),
        ('"😀", state', Range(0, 6, 0, 11)),
        ('"é😀é", state', Range(0, 8, 0, 13)),
        ("# ä\r\nf(\n  '😀')", Range(1, 0, 2, 7)),
    ],
)
def test_positions_count_utf_16(source: str, expected: Range) -> None:
    found = ast.parse(source).body[0]
    assert isinstance(found, ast.Expr)
    node = found.value.elts[1] if isinstance(found.value, ast.Tuple) else found.value
    assert Positions(source).of(node) == expected


def test_the_name_of_a_definition() -> None:
    source = 'class Ä:\n    x = 1; \n    async  def  step(self): "😀"\n'
    tree = ast.parse(source)
    assert isinstance(tree.body[0], ast.ClassDef)
    step = tree.body[0].body[1]
    assert isinstance(step, ast.AsyncFunctionDef)
    assert Positions(source).of_name(tree.body[0]) == Range(0, 6, 0, 7)
    assert Positions(source).of_name(step) == Range(2, 16, 2, 20)


def test_paths_and_uris(tmp_path: Path) -> None:
    odd = tmp_path / "a b%20ä#.py"
    assert path_of_uri(odd.as_uri()) == odd
