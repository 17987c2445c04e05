"""Baselines: findings that are known and left out, so that a project can begin with none.

The file is JSON, to be read and reviewed; what counts are the fingerprints.

    {"version": 1,
     "findings": [{"fingerprint": "9c...1", "path": "train.py", "rule": "state-stale",
                   "message": "..."}]}

Paths are relative to the folder of the file, so that it means the same in every working directory.
They are part of the fingerprints, which are therefore not those of a report.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mypy_eqxstate.report.finding import Finding
from mypy_eqxstate.report.fingerprint import fingerprints
from mypy_eqxstate.report.formats.model import Report


class BaselineError(Exception):
    """A baseline can't be read or written; the text says why."""


def read_baseline(file: str) -> frozenset[str]:
    """The fingerprints in a baseline.

    Raises:
        BaselineError: there is no such file, or it is none.
    """
    try:
        document = json.loads(Path(file).read_text(encoding="utf-8"))
        if document["version"] != 1:
            raise BaselineError(f"{file}: made by a newer version of mypy-eqxstate")
        return frozenset(str(entry["fingerprint"]) for entry in document["findings"])
    except OSError as error:
        raise BaselineError(f"{file}: {error.strerror or error}") from None
    except (ValueError, LookupError, TypeError):
        raise BaselineError(f"{file}: not a baseline") from None


def write_baseline(file: str, report: Report) -> None:
    """Write all findings of a report.

    Raises:
        BaselineError: the file can't be written.
    """
    findings = [
        {
            "fingerprint": fingerprint,
            "path": path.replace("\\", "/"),
            "rule": found.rule,
            "message": found.message,
        }
        for (path, found), fingerprint in _marked(file, report)
    ]
    text = json.dumps({"version": 1, "findings": findings}, indent=2, ensure_ascii=False)
    try:
        Path(file).write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise BaselineError(f"{file}: {error.strerror or error}") from None


def without_known(report: Report, file: str, known: frozenset[str]) -> tuple[Report, Sequence[str]]:
    """A report without known findings, and the known fingerprints that are found no more.

    Args:
        report: all findings.
        file: the baseline.
        known: the fingerprints in it.
    """
    marks = [fingerprint for _, fingerprint in _marked(file, report)]
    pairs = zip(report.findings, marks, strict=True)
    new = [finding for finding, fingerprint in pairs if fingerprint not in known]
    return replace(report, findings=new), sorted(known.difference(marks))


def _marked(file: str, report: Report) -> list[tuple[tuple[str, Finding], str]]:
    """All findings with the paths and the fingerprints that they have in a baseline."""
    folder = os.path.realpath(os.path.dirname(file))  # noqa: PTH120
    shown = {_from(folder, path): path for path in report.files}
    written = {path: inside for inside, path in shown.items()}
    findings = [(written[path], found) for path, found in report.findings]
    marks = fingerprints(findings, lambda path: report.lines_of(shown[path]))
    return list(zip(findings, marks, strict=True))


def _from(folder: str, path: str) -> str:
    """A path as it is written in a folder."""
    try:
        return os.path.relpath(path, folder)
    except ValueError:  # on another drive
        return os.path.abspath(path)  # noqa: PTH100
