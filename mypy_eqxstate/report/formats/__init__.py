"""The formats of `mypy-eqxstate check --format`: one module each, one function, one table here.

Every format is a function from a `Report` to the whole text.  What can't be said in a format
(faults, a check that could not be made) goes to standard error and into the exit code all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from mypy_eqxstate.report.formats.as_json import as_json
from mypy_eqxstate.report.formats.concise import concise
from mypy_eqxstate.report.formats.full import full
from mypy_eqxstate.report.formats.github import github
from mypy_eqxstate.report.formats.gitlab import gitlab
from mypy_eqxstate.report.formats.junit import junit
from mypy_eqxstate.report.formats.model import Report
from mypy_eqxstate.report.formats.sarif import sarif

Format = Callable[[Report], str]

FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        "full": full,
        "concise": concise,
        "json": as_json,
        "github": github,
        "gitlab": gitlab,
        "junit": junit,
        "sarif": sarif,
    }
)
"""Every format by its name, the default first."""
