"""`# type: ignore[code]` for a finding, put together with the comment that is there.

    print(state)  # really old       print(state)  # type: ignore[state-stale]  # really old
    y = f(s)  # type: ignore[misc]   y = f(s)  # type: ignore[misc, state-reuse]

mypy wants the comment on one of the lines of the range that the error is about; the first of them
that can have a comment is taken: within a string, or before a backslash at its end, a line can't.
"""

from __future__ import annotations

import io
import re
import tokenize

from mypy_eqxstate.fixes.edits import Edit, Fix, FixKind
from mypy_eqxstate.fixes.source import Source
from mypy_eqxstate.report.finding import Finding, Position

_IGNORE = re.compile(r"^#\s*type:\s*ignore\[(?P<codes>[^\]]*)\]")
_BARE = re.compile(r"^#\s*type:\s*ignore\b(?!\[)")


def ignore(finding: Finding, source: Source) -> Fix | None:
    """The fix that silences a finding where it is."""
    comments, closed = _comments(source)
    position = finding.position
    title = f"Ignore `{finding.rule}` on this line"
    for line in range(position.line, position.end_line + 1):
        if line in closed or line > len(source.lines):
            continue
        text = source.lines[line - 1]
        comment = comments.get(line)
        if comment is None:
            if text.rstrip().endswith("\\"):
                continue
            end = len(text.rstrip())
            edit = Edit(Position(line, end, line, len(text)), f"  # type: ignore[{finding.rule}]")
            return Fix(FixKind.IGNORE, title, (edit,))
        column, written = comment
        known = _IGNORE.match(written)
        if known is not None:
            codes = [each.strip() for each in known["codes"].split(",") if each.strip()]
            start = column + known.start("codes")
            end = column + known.end("codes")
            merged = ", ".join([*codes, finding.rule])
            return Fix(FixKind.IGNORE, title, (Edit(Position(line, start, line, end), merged),))
        if _BARE.match(written):
            return None
        insertion = f"# type: ignore[{finding.rule}]  "
        return Fix(FixKind.IGNORE, title, (Edit(Position(line, column, line, column), insertion),))
    return None


def _comments(source: Source) -> tuple[dict[int, tuple[int, str]], set[int]]:
    """The comments by line, with their columns; and the lines that end within a string."""
    comments: dict[int, tuple[int, str]] = {}
    closed: set[int] = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO("\n".join(source.lines)).readline):
            if token.type == tokenize.COMMENT:
                comments[token.start[0]] = (token.start[1], token.string)
            elif token.start[0] != token.end[0] and token.string.strip():
                closed.update(range(token.start[0], token.end[0]))
    except (tokenize.TokenError, SyntaxError):
        pass
    return comments, closed
