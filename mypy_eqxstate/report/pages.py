"""The page of a rule, from the table of rules: for `explain`, for SARIF and for `docs/rules/`.

`mypy-eqxstate rules --write docs/rules` (`make pages`) writes the pages of this project; a test
says when they are out of date.
"""

from __future__ import annotations

from collections.abc import Mapping

from mypy_eqxstate.rules import PARENT, RULES, Rule


def page(rule: Rule) -> str:
    """What a rule finds, why that matters, wrong and right, and how to silence it, as Markdown."""
    return "\n".join(
        [
            f"# {rule.code}",
            "",
            f"{rule.summary}.",
            "",
            "## Why",
            "",
            rule.why,
            "",
            "## Wrong",
            "",
            f"```{rule.language}",
            rule.bad.rstrip(),
            "```",
            "",
            "## Right",
            "",
            f"```{rule.language}",
            rule.good.rstrip(),
            "```",
            "",
            "## How to silence it",
            "",
            f"{rule.silence} The code `{PARENT}` stands for all rules together.",
            "",
        ]
    )


def address(folder: str, code: str) -> str:
    """Where the page of a rule is, the pages of all rules being at an address."""
    return f"{folder.rstrip('/')}/{code}.md"


def index() -> str:
    """The list of all rules, as Markdown."""
    rows = [f"| [`{rule.code}`]({rule.code}.md) | {rule.summary} |" for rule in RULES.values()]
    return "\n".join(["# Rules", "", "| rule | what it finds |", "| --- | --- |", *rows, ""])


def pages() -> Mapping[str, str]:
    """All pages by the names of their files."""
    return {"README.md": index(), **{f"{rule.code}.md": page(rule) for rule in RULES.values()}}
