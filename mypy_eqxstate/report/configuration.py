"""Mistakes in the configuration as findings, in the configuration file.

    mypy.ini:4: error: [mypy_eqxstate] contracts: the row of training.step is malformed: ...

Limit: the line is that of this package's section, because parsers of such files keep no lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_eqxstate.report.finding import Finding


def problem_findings(config_file: str, problems: Sequence[str]) -> list[Finding]:
    """The findings of the rule `state-contract` about a configuration file.

    Args:
        config_file: the file's name as the user gave it.
        problems: one sentence each, possibly starting with the file's name.
    """
    # Not above: every run of mypy imports this module, and the findings take long to import.
    from mypy_eqxstate.report.finding import Finding, Position

    line = section_line(config_file)
    place = Position(line, 0, line, 1)
    return [Finding("state-contract", problem_text(config_file, text), place) for text in problems]


def problem_text(config_file: str, problem: str) -> str:
    """A problem in one line, without the name of the file."""
    return " ".join(problem.removeprefix(f"{config_file}: ").split())


def section_line(config_file: str) -> int:
    """The line of this plugin's section in a configuration file; 1 if it is not found."""
    try:
        with Path(config_file).open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.startswith(("[mypy_eqxstate", "[tool.mypy_eqxstate")):
                    return number
    except (OSError, UnicodeError):
        pass
    return 1
