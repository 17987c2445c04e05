"""The tables of `docs/versions.md`, written from the results of `run.py`.

A result is what was measured on one combination of versions::

    {"versions": {"python": "3.10.13", "mypy": "2.4.0", ...},
     "suites": {"stubs": {"counts": {"passed": 6}, "failures": []}, ...},
     "rows": {"jax.jit": "same", "jax.block_until_ready": "differs: another ...", ...}}

or `{"missing": "no Python 3.14 was found"}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- measured -->", "<!-- end -->"

WORDS = {"failure": "failed", "error": "failed", "skipped": "skipped"}
"""How JUnit's files call it -> how the table does; marked failures count as skipped there."""

Results = Mapping[str, Mapping[str, Any]]


def shown(suite: Mapping[str, Any]) -> str:
    """The counts of a suite, failures first: `2 failed, 40 passed`."""
    counts = {"failed": 0, "passed": 0, "skipped": 0}
    for ended, count in suite["counts"].items():
        counts[WORDS.get(ended, ended)] += count
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)


def is_bad(result: Mapping[str, Any]) -> bool:
    """Whether something failed, or could not be installed; a missing interpreter is no fault."""
    if "missing" in result:
        return not result["missing"].startswith("no Python")
    return not result["rows"] or any(suite["failures"] for suite in result["suites"].values())


def tables(results: Results) -> str:
    """What was run on each combination, what failed, and which rows are not true everywhere."""
    measured = {name: result for name, result in results.items() if "missing" not in result}
    parts = [runs(measured)] if measured else []
    for name, result in results.items():
        if "missing" in result:
            parts.append(f"Not measured: {name}, {result['missing']}.\n")
    failures = [
        f"- {name}, {title}: `{failure}`\n"
        for name, result in measured.items()
        for title, suite in result["suites"].items()
        for failure in suite["failures"]
    ]
    if failures:
        parts.append("Failed:\n\n" + "".join(failures))
    if measured:
        parts.append(rows(measured))
    return "\n".join(parts)


def runs(measured: Results) -> str:
    """The table of versions and suites."""
    lines = []
    for result in measured.values():
        counts = {title: shown(suite) for title, suite in result["suites"].items()}
        lines.append({**result["versions"], **counts})
    return table(lines)


def rows(measured: Results) -> str:
    """The table of those rows of the library that are not the same on every combination."""
    titles = {
        name: " / ".join(result["versions"][package] for package in ("equinox", "jax", "python"))
        for name, result in measured.items()
    }
    names = list(dict.fromkeys(row for result in measured.values() for row in result["rows"]))
    found = {row: [result["rows"].get(row, "-") for result in measured.values()] for row in names}
    other = {row: cells for row, cells in found.items() if set(cells) != {"same"}}
    head = ["row (Equinox / JAX / Python)", *titles.values()]
    lines = [dict(zip(head, [f"`{row}`", *cells], strict=True)) for row, cells in other.items()]
    same = f"{len(found) - len(other)} of the {len(found)} rows are the same on all of them."
    return f"{same}\n\n{table(lines)}" if lines else f"{same}\n"


def table(lines: Sequence[Mapping[str, str]]) -> str:
    """Lines of equal titles as a table in Markdown."""
    titles = list(lines[0])
    cells = [titles, ["---"] * len(titles), *(list(line.values()) for line in lines)]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in cells)


def write(path: Path, text: str) -> None:
    """Put a text between the two marks of a page."""
    before, rest = path.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    path.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")
