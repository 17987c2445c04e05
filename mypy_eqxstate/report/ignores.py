"""Comments and settings that silence findings, where mypy is not there to obey them.

    state.get(index)                      # type: ignore[state-reuse]
    # mypy: disable-error-code="state-stale"

`# type: ignore` without codes silences every finding that touches its line, one with codes those of
the named rules, or all rules for `eqxstate`.  Before any code in the file it silences the file.

Source: https://mypy.readthedocs.io/en/stable/error_codes.html.

Limits: unused comments are not reported, because another checker may need them; of mypy's inline
configuration only `ignore-errors` and `disable-error-code` are read.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from mypy_eqxstate.report.finding import Finding

PARENT_CODE = "eqxstate"
_IGNORE = re.compile(r"#\s*type:\s*ignore(?:\[([^\]]*)\])?\s*(?:$|#)")
_INLINE = re.compile(r"#\s*mypy:\s*(.*)$")
_QUIET = (tokenize.NL, tokenize.COMMENT, tokenize.NEWLINE, tokenize.ENCODING)


@dataclass(slots=True)
class Ignores:
    """What the comments of a file silence.

    Attributes:
        lines: the codes by line; an empty collection for all.
        codes: what is silenced in the whole file.
        everything: whether all is.
    """

    lines: dict[int, frozenset[str]] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    everything: bool = False


def read_ignores(text: str) -> Ignores:
    """The silencing comments of a source file; none if it can't be read as Python."""
    found = Ignores()
    if "type:" not in text and "mypy:" not in text:
        return found
    before_code = True
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                _read_comment(found, token, before_code)
            elif token.type not in _QUIET:
                before_code = False
    except (tokenize.TokenError, SyntaxError):
        pass  # the comments up to there count
    return found


def _read_comment(found: Ignores, token: tokenize.TokenInfo, before_code: bool) -> None:
    ignore = _IGNORE.match(token.string)
    if ignore is not None:
        codes = frozenset(filter(None, (code.strip() for code in (ignore[1] or "").split(","))))
        if before_code and not codes:
            found.everything = True
        found.lines[token.start[0]] = codes
        return
    inline = _INLINE.match(token.string)
    if inline is None:
        return
    for setting, quoted, bare in re.findall(
        r'([\w-]+)\s*(?:=\s*(?:"([^"]*)"|([^,\s]*)))?', inline[1]
    ):
        value = quoted or bare
        name = setting.replace("_", "-")
        if name == "ignore-errors" and value.lower() in ("", "true", "1"):
            found.everything = True
        elif name == "disable-error-code":
            found.codes.update(code.strip() for code in value.split(","))


def kept(findings: Sequence[Finding], ignores: Ignores, disabled: Collection[str]) -> list[Finding]:
    """The findings that nothing silences.

    Args:
        findings: those of one file.
        ignores: its comments.
        disabled: codes that the configuration disables.
    """
    return [f for f in findings if not _is_silenced(f, ignores, disabled)]


def _is_silenced(finding: Finding, ignores: Ignores, disabled: Collection[str]) -> bool:
    codes = {finding.rule, PARENT_CODE}
    if ignores.everything or codes & ignores.codes or codes & set(disabled):
        return True
    for line in range(finding.position.line, finding.position.end_line + 1):
        named = ignores.lines.get(line)
        if named is not None and (not named or codes & named):
            return True
    return False
