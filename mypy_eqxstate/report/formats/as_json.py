"""`json`: everything that is known of each finding, as one JSON document.

    {"version": 1,
     "findings": [{"path": "train.py", "rule": "state-reuse", "message": "...",
                   "line": 9, "column": 12, "end_line": 9, "end_column": 17,
                   "fingerprint": "...",
                   "notes": [{"kind": "consumed", "message": "...", "path": "train.py",
                              "line": 8, "column": 17, "end_line": 8, "end_column": 55}]}],
     "failures": [], "remarks": []}

Lines and columns count from 1, columns in characters; `end_column` is that of the first character
behind.  The kinds of notes are those of `NoteKind`.
"""

from __future__ import annotations

import json

from mypy_eqxstate.report.finding import Position
from mypy_eqxstate.report.formats.model import Report


def as_json(report: Report) -> str:
    """The findings, and what went wrong, as a JSON document."""
    findings = [
        {
            "path": path,
            "rule": found.rule,
            "message": found.message,
            **_place(found.position),
            "fingerprint": fingerprint,
            "notes": [
                {
                    "kind": note.kind.value,
                    "message": note.message,
                    "path": note.path or path,
                    **_place(note.position or found.position),
                }
                for note in found.notes
            ],
        }
        for (path, found), fingerprint in zip(report.findings, report.fingerprints, strict=True)
    ]
    document = {
        "version": 1,
        "findings": findings,
        "failures": list(report.failures),
        "remarks": list(report.remarks),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _place(position: Position) -> dict[str, int]:
    return {
        "line": position.line,
        "column": position.column + 1,
        "end_line": position.end_line,
        "end_column": position.end_column + 1,
    }
