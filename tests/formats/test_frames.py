"""The format `full`: what a frame looks like."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from mypy_eqxstate.report.finding import Finding, Note, NoteKind, Position
from mypy_eqxstate.report.formats.full import full
from mypy_eqxstate.report.formats.model import Report


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def place(text: str, line: int, part: str) -> Position:
    """Where a part of a line is, its first occurrence."""
    column = text.splitlines()[line - 1].index(part)
    return Position(line, column, line, column + len(part))


def shown(report: Report) -> str:
    return "\n" + full(report)


def test_a_frame_shows_the_birth_the_consumption_the_use_and_the_advice(folder: Path) -> None:
    text = textwrap.dedent(
        """\
        def step(norm, x, state):
            # nothing
            # more
            y, new = norm(x, state)

            return read(state)
        """
    )
    (folder / "train.py").write_text(text)
    finding = Finding(
        "state-stale",
        '"state" is out of date: "norm" took it over; write "y, state = norm(...)" there',
        place(text, 6, "state"),
        (
            Note('"state" was handed over here', place(text, 4, "norm(x, state)")),
            Note('"state" comes from here', place(text, 1, "state"), None, NoteKind.BORN),
        ),
    )
    assert shown(Report([("train.py", finding)], ["train.py", "other.py"])) == (
        """
error[state-stale]: "state" is out of date: "norm" took it over
 --> train.py:6:17
  |
1 | def step(norm, x, state):
  |                   ----- "state" comes from here
...
4 |     y, new = norm(x, state)
  |              -------------- "state" was handed over here
5 |
6 |     return read(state)
  |                 ^^^^^ the old one is used here
  |
  = help: write "y, state = norm(...)" there

Found 1 error in 1 file (checked 2 source files)
"""
    )


def test_marks_in_one_line_and_a_loop(folder: Path) -> None:
    text = "for x in xs:\n    y, new = norm(x, state)\n"
    (folder / "train.py").write_text(text)
    finding = Finding(
        "state-stale",
        "old",
        place(text, 2, "state"),
        (
            Note('"state" was handed over here', place(text, 2, "norm(x, state)")),
            Note("in the next turn", place(text, 1, "for x in xs:"), None, NoteKind.LOOP),
        ),
    )
    assert shown(Report([("train.py", finding)], ["train.py"])) == (
        """
error[state-stale]: old
 --> train.py:2:22
  |
1 | for x in xs:
  | ------------ old from the second turn of this loop on
2 |     y, new = norm(x, state)
  |              --------^^^^^- the old one is used here
  |              |
  |              "state" was handed over here
  |

Found 1 error in 1 file (checked 1 source file)
"""
    )


def test_three_marks_in_one_line(folder: Path) -> None:
    text = "f(state, g(state), state)\n"
    (folder / "train.py").write_text(text)
    finding = Finding(
        "state-reuse",
        "old",
        Position(1, 19, 1, 24),
        (
            Note("first", Position(1, 2, 1, 7)),
            Note("second", Position(1, 9, 1, 17)),
        ),
    )
    assert shown(Report([("train.py", finding)], ["train.py"])) == (
        """
error[state-reuse]: old
 --> train.py:1:20
  |
1 | f(state, g(state), state)
  |   -----  --------  ^^^^^ used here
  |   |      |
  |   |      second
  |   first
  |

Found 1 error in 1 file (checked 1 source file)
"""
    )


def test_a_note_in_another_file_has_its_own_part(folder: Path) -> None:
    text = "finish(state)\nread(state)\n"
    (folder / "train.py").write_text(text)
    (folder / "helpers.py").write_text("\n" * 99 + "  state.set(i, v)\n")
    finding = Finding(
        "state-reuse",
        "old",
        place(text, 2, "state"),
        (
            Note('"state" was consumed here', place(text, 1, "finish(state)")),
            Note("takes it over", Position(100, 0, 100, 0), "helpers.py", NoteKind.DECLARED),
        ),
    )
    assert shown(Report([("train.py", finding)], ["train.py"])) == (
        """
error[state-reuse]: old
   --> train.py:2:6
    |
  1 | finish(state)
    | ------------- "state" was consumed here
  2 | read(state)
    |      ^^^^^ used here
   ::: helpers.py:100
    |
100 |   state.set(i, v)
    |   --------------- takes it over
    |

Found 1 error in 1 file (checked 1 source file)
"""
    )


def test_wide_characters_tabs_and_several_lines(folder: Path) -> None:
    text = "\tf('漢字', é(\n\t\tstate))\n"
    (folder / "train.py").write_text(text, encoding="utf-8")
    finding = Finding("state-dropped", "gone", Position(1, 9, 2, 9))
    assert shown(Report([("train.py", finding)], ["train.py"])) == (
        """
error[state-dropped]: gone
 --> train.py:1:10
  |
1 |     f('漢字', é(
  |               ^^ thrown away here
  |

Found 1 error in 1 file (checked 1 source file)
"""
    )


def test_a_file_that_can_not_be_read_and_a_line_that_is_not_there() -> None:
    finding = Finding("state-contract", "wrong", Position(3, 0, 3, 1))
    assert shown(Report([("gone.ini", finding)])) == (
        """
error[state-contract]: wrong
 --> gone.ini:3:1
  |
3 |
  | ^
  |

Found 1 error in 1 file (checked 0 source files)
"""
    )


def test_colours_are_all_that_changes(folder: Path) -> None:
    import re

    text = "f(state, g(state), state)\n"
    (folder / "train.py").write_text(text)
    notes = (Note("first", Position(1, 2, 1, 7)), Note("second", Position(1, 9, 1, 25)))
    finding = Finding("state-reuse", "old; help", Position(1, 19, 1, 24), notes)
    plain = full(Report([("train.py", finding)], ["train.py"]))
    coloured = full(Report([("train.py", finding)], ["train.py"], colours=True))
    assert "\033[1;31merror[state-reuse]\033[0m" in coloured
    assert "\033[1;31m^^^^^\033[0m" in coloured
    without = re.sub(r"\033\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in without.splitlines()] == plain.splitlines()


def test_nothing_found() -> None:
    assert full(Report([], ["a.py"])) == "No old States found (checked 1 source file)\n"


def test_what_is_not_complete_is_not_called_so(folder: Path) -> None:
    (folder / "a.py").write_text("f(state)\n")
    finding = Finding("state-reuse", "old", Position(1, 2, 1, 7))
    assert full(Report([], ["a.py"], failures=["why"])) == "The check could not be made\n"
    said = full(Report([("a.py", finding)], ["a.py"], failures=["why"]))
    assert said.endswith("\nFound 1 error in 1 file (not all could be checked)\n")
