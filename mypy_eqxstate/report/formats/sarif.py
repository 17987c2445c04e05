"""`sarif`: the Static Analysis Results Interchange Format, version 2.1.0, for code scanning.

A finding's notes are its related locations.  The rules are described in full, from their table, so
that whoever shows the results can show why a rule exists and what to write instead.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.

Limit: paths outside of the working directory are given as absolute URIs.
"""

from __future__ import annotations

import json
from pathlib import Path, PurePath
from typing import Final
from urllib.parse import quote

from mypy_eqxstate import __version__
from mypy_eqxstate.report.finding import Finding, Position
from mypy_eqxstate.report.formats.model import Report
from mypy_eqxstate.report.pages import address, page
from mypy_eqxstate.rules import RULES, Rule

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT: Final = "%SRCROOT%"
_ORDER: Final = list(RULES)
Json = dict[str, object]


def sarif(report: Report) -> str:
    """A log with one run."""
    results = [
        _result(path, found, fingerprint)
        for (path, found), fingerprint in zip(report.findings, report.fingerprints, strict=True)
    ]
    notifications = [
        *({"level": "error", "message": {"text": text}} for text in report.failures),
        *({"level": "warning", "message": {"text": text}} for text in report.remarks),
    ]
    run: Json = {
        "tool": {
            "driver": {
                "name": "mypy-eqxstate",
                "version": __version__,
                "rules": [_rule(rule, report.rule_pages) for rule in RULES.values()],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"uri": f"{Path.cwd().as_uri()}/"}},
        "invocations": [
            {
                "executionSuccessful": not report.failures,
                "toolExecutionNotifications": notifications,
            }
        ],
        "results": results,
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: Rule, rule_pages: str | None) -> Json:
    described: Json = {
        "id": rule.code,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why}\n\n{rule.silence}", "markdown": page(rule)},
        "defaultConfiguration": {"level": "error"},
    }
    if rule_pages:
        described["helpUri"] = address(rule_pages, rule.code)
    return described


def _result(path: str, found: Finding, fingerprint: str) -> Json:
    related = [
        {
            "id": number,
            "message": {"text": note.message},
            **_location(note.path or path, note.position or found.position),
        }
        for number, note in enumerate(found.notes, start=1)
    ]
    return {
        "ruleId": found.rule,
        "ruleIndex": _ORDER.index(found.rule),
        "level": "error",
        "message": {"text": found.message},
        "locations": [_location(path, found.position)],
        "relatedLocations": related,
        "partialFingerprints": {"mypyEqxstate/v1": fingerprint},
    }


def _location(path: str, position: Position) -> Json:
    file = PurePath(path)
    artifact: Json = {"uri": quote(file.as_posix()), "uriBaseId": _ROOT}
    if file.is_absolute():
        artifact = {"uri": file.as_uri()}
    region: Json = {"startLine": position.line}
    # A declaration is known by its line only.
    if (position.end_line, position.end_column) > (position.line, position.column):
        region["startColumn"] = position.column + 1
        region["endLine"] = position.end_line
        region["endColumn"] = position.end_column + 1
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}
