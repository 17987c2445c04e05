"""The rules as mypy's error codes: one parent, `eqxstate`, and a sub-code a rule.

Names and descriptions come from the table of rules (`rules.py`).

Creating a code registers it with mypy.  mypy loads plugins before it validates the codes of its
configuration and its command line, so importing this module from the plugin is enough to make
`disable_error_code = state-stale` valid in every place where mypy's own codes are: configuration
files, their per-module sections, the command line, `# mypy: disable-error-code=...` comments and
`# type: ignore[...]`.  The parent disables and ignores all of its sub-codes.

Limit: mypy reports what it takes for an invalid code only in files that it reads with the plugin
on; without the plugin (another configuration file) the same settings are invalid.
"""

from __future__ import annotations

from typing import Final

from mypy.errorcodes import ErrorCode

from mypy_eqxstate import rules

_CATEGORY = "Ownership"

EQXSTATE: Final = ErrorCode(
    rules.PARENT, "Check that no Equinox State is used after it was given away", _CATEGORY
)
_BY_NAME: Final = {
    rule.code: ErrorCode(rule.code, rule.summary, _CATEGORY, sub_code_of=EQXSTATE)
    for rule in rules.RULES.values()
}
RULES: Final = tuple(_BY_NAME.values())
STATE_CONTRACT: Final = _BY_NAME["state-contract"]


def code_of(rule: str) -> ErrorCode:
    """The error code of a rule by its name; the parent for a name that is none."""
    return _BY_NAME.get(rule, EQXSTATE)
