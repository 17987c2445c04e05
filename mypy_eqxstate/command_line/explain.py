"""`explain` and `rules`: what the table of rules says."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

from mypy_eqxstate.report.pages import page, pages
from mypy_eqxstate.rules import PARENT, RULES


def explain(code: str) -> int:
    """Print the page of a rule.

    Args:
        code: the rule's code; the parent of all rules stands for their list.

    Returns:
        the exit code: 2 if there is no such rule.
    """
    if code == PARENT:
        return rules(None)
    rule = RULES.get(code)
    if rule is not None:
        print(page(rule), end="")
        return 0
    short = {known.removeprefix("state-"): known for known in RULES}
    near = difflib.get_close_matches(code, [*RULES, *short], n=1, cutoff=0.6)
    hint = f'did you mean "{short.get(near[0], near[0])}"?' if near else ""
    print(
        f'mypy-eqxstate: there is no rule "{code}"; {hint or "the rules are " + ", ".join(RULES)}',
        file=sys.stderr,
    )
    return 2


def rules(folder: str | None) -> int:
    """List all rules, or write their pages.

    Args:
        folder: where to write; None to list the rules.

    Returns:
        the exit code: 2 if the pages can't be written.
    """
    if folder is None:
        width = max(map(len, RULES))
        for rule in RULES.values():
            print(f"{rule.code:<{width}}  {rule.summary}")
        return 0
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for name, text in pages().items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
    except OSError as error:
        target, why = error.filename or folder, error.strerror or error
        print(f"mypy-eqxstate: {target} can't be written: {why}", file=sys.stderr)
        return 2
    return 0
