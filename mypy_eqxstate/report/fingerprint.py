"""Recognising a finding again after the file around it has changed.

A fingerprint is made of the file, the rule, the message without its line numbers, and the text of
the line that is wrong.  Lines added or removed elsewhere leave it as it is; so does another
indentation.  Findings that are the same in all that are numbered in the order of their lines.

Worked example.  `return state.get(index)` in `train.py`, consumed "on line 7": after an import is
added above, it is consumed "on line 8" and has the same fingerprint.

Limit: of two equal lines with equal findings, the first one counts as put right whichever was.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePath
from typing import Final

from mypy_eqxstate.report.finding import Finding

_LINE_NUMBER: Final = re.compile(r"\bon line \d+")


def fingerprints(
    findings: Iterable[tuple[str, Finding]], lines_of: Callable[[str], Sequence[str]]
) -> list[str]:
    """The fingerprints of findings, in their order; no two are equal.

    Args:
        findings: each with its file, in the order of their lines.
        lines_of: the text of a file, by lines; empty if it can't be read.
    """
    seen: Counter[str] = Counter()
    result: list[str] = []
    for path, finding in findings:
        lines = lines_of(path)
        number = finding.position.line
        line = lines[number - 1] if number <= len(lines) else ""
        message = _LINE_NUMBER.sub("on a line", finding.message)
        parts = (PurePath(path).as_posix(), finding.rule, message, " ".join(line.split()))
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
        seen[digest] += 1
        result.append(f"{digest}.{seen[digest]}")
    return result
