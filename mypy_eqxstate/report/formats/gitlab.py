"""`gitlab`: a Code Quality report, which GitLab compares between the branches of a merge request.

Source: https://docs.gitlab.com/ci/testing/code_quality/ (report format).
"""

from __future__ import annotations

import json
from pathlib import PurePath

from mypy_eqxstate.report.formats.model import Report


def gitlab(report: Report) -> str:
    """A JSON list with one issue for each finding."""
    issues = [
        {
            "description": found.message,
            "check_name": found.rule,
            "fingerprint": fingerprint,
            "severity": "major",
            "location": {
                "path": PurePath(path).as_posix(),
                "lines": {"begin": found.position.line, "end": found.position.end_line},
            },
        }
        for (path, found), fingerprint in zip(report.findings, report.fingerprints, strict=True)
    ]
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"
