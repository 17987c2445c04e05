"""`explain` and `rules`, and the pages in `docs/rules/`."""

from __future__ import annotations

from pathlib import Path

import pytest

from mypy_eqxstate.command_line.main import main
from mypy_eqxstate.report.pages import pages
from mypy_eqxstate.rules import RULES

DOCUMENTS = Path(__file__).parents[2] / "docs" / "rules"


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_explain_says_all_that_the_table_has(
    rule: object, capsys: pytest.CaptureFixture[str]
) -> None:
    (known,) = (each for each in RULES.values() if each is rule)
    assert main(["explain", known.code]) == 0
    said = capsys.readouterr().out
    for part in (known.summary, known.why, known.bad, known.good, known.silence):
        assert part in said


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("state-stal", 'did you mean "state-stale"?'),
        ("stale", 'did you mean "state-stale"?'),
        ("droped", 'did you mean "state-dropped"?'),
        ("E501", "the rules are state-reuse, state-stale, "),
    ],
)
def test_an_unknown_rule_gives_a_near_one(
    wrong: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", wrong]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert f'there is no rule "{wrong}"; {hint}' in said.err


@pytest.mark.parametrize("arguments", [["rules"], ["explain", "eqxstate"]])
def test_rules_lists_all_rules(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(maxsplit=1) for line in lines] == [
        [rule.code, rule.summary] for rule in RULES.values()
    ]


def test_the_pages_are_up_to_date(tmp_path: Path) -> None:
    assert main(["rules", "--write", str(tmp_path / "rules")]) == 0
    written = {file.name: file.read_text() for file in (tmp_path / "rules").iterdir()}
    assert written == dict(pages())
    kept = {file.name: file.read_text(encoding="utf-8") for file in DOCUMENTS.iterdir()}
    assert kept == written, "run `make pages`"


def test_pages_that_can_not_be_written_are_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    assert main(["rules", "--write", str(file)]) == 2
    assert f"mypy-eqxstate: {file} can't be written: " in capsys.readouterr().err
    assert main(["rules", "--write", str(file / "below")]) == 2
    said = capsys.readouterr().err
    assert "can't be written: " in said and "Errno" not in said
