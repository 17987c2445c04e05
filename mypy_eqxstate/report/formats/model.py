"""What every format is given: the findings to show, and the text of the files that they are in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from mypy.util import DecodeError, decode_python_encoding

from mypy_eqxstate.report.finding import Finding
from mypy_eqxstate.report.fingerprint import fingerprints


@dataclass
class Report:
    """What a format has to say.

    Attributes:
        findings: each with its file, ordered by file and place.
        sources: the files that were named to be checked.
        failures: why the check could not be made, or not of all files, one text each.
        remarks: faults and limits, one text each.
        colours: whether the text goes to a terminal that shows colours.
        rule_pages: the address of the pages of the rules, if they have one.
    """

    findings: Sequence[tuple[str, Finding]]
    sources: Sequence[str] = ()
    failures: Sequence[str] = ()
    remarks: Sequence[str] = ()
    colours: bool = False
    rule_pages: str | None = None
    _lines: dict[str, Sequence[str]] = field(default_factory=dict)

    def lines_of(self, path: str) -> Sequence[str]:
        """The text of a file, by lines; empty if it can't be read."""
        if path not in self._lines:
            try:
                text = decode_python_encoding(Path(path).read_bytes())
            except (OSError, DecodeError, UnicodeError):
                text = ""
            # Not `splitlines`: Python's own lines end at line feeds only.
            self._lines[path] = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return self._lines[path]

    @cached_property
    def fingerprints(self) -> list[str]:
        """The fingerprint of each finding."""
        return fingerprints(self.findings, self.lines_of)

    @property
    def files(self) -> list[str]:
        """The files that have findings, in their order."""
        return list(dict.fromkeys(path for path, _ in self.findings))


def counted(number: int, what: str) -> str:
    """A number of things, as it is said."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
