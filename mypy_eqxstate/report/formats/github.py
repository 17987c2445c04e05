"""`github`: workflow commands, which GitHub Actions shows as annotations on the lines of a change.

Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions.  Values are
escaped as GitHub's own toolkit does it.
"""

from __future__ import annotations

from mypy_eqxstate.report.formats.model import Report


def github(report: Report) -> str:
    """One `::error` command for each finding; its notes are further lines of its message."""
    return "".join(f"{_command(report, number)}\n" for number in range(len(report.findings)))


def _command(report: Report, number: int) -> str:
    path, found = report.findings[number]
    position = found.position
    properties = {
        "title": found.rule,
        "file": path.replace("\\", "/"),
        "line": str(position.line),
        "endLine": str(position.end_line),
    }
    if position.end_line == position.line:  # GitHub takes columns within one line only
        properties["col"] = str(position.column + 1)
        properties["endColumn"] = str(position.end_column + 1)
    lines = [found.message]
    for note in found.notes:
        place = note.position or position
        lines.append(f"{note.path or path}:{place.line}: {note.message}")
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::error {listed}::{_data(chr(10).join(lines))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
