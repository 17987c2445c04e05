"""The rules as mypy's error codes: one parent, `eqxstate`, and a sub-code a rule.

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

_CATEGORY = "Ownership"

EQXSTATE: Final = ErrorCode(
    "eqxstate", "Check that no Equinox State is used after it was given away", _CATEGORY
)
STATE_REUSE: Final = ErrorCode(
    "state-reuse",
    "A State is used that a call has invalidated: reading it raises",
    _CATEGORY,
    sub_code_of=EQXSTATE,
)
STATE_STALE: Final = ErrorCode(
    "state-stale",
    "A State is used of which a call has returned a newer one: it silently holds old numbers",
    _CATEGORY,
    sub_code_of=EQXSTATE,
)
STATE_DROPPED: Final = ErrorCode(
    "state-dropped", "A new State is thrown away", _CATEGORY, sub_code_of=EQXSTATE
)
STATE_BORROW: Final = ErrorCode(
    "state-borrow",
    "A function gives away a State that its parameter only borrows",
    _CATEGORY,
    sub_code_of=EQXSTATE,
)
STATE_CONTRACT: Final = ErrorCode(
    "state-contract",
    "An annotation, contract or configuration value makes no sense",
    _CATEGORY,
    sub_code_of=EQXSTATE,
)
RULES: Final = (STATE_REUSE, STATE_STALE, STATE_DROPPED, STATE_BORROW, STATE_CONTRACT)
_BY_NAME: Final = {code.code: code for code in RULES}


def code_of(rule: str) -> ErrorCode:
    """The error code of a rule by its name; the parent for a name that is none."""
    return _BY_NAME.get(rule, EQXSTATE)
