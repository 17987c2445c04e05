"""The page of the documentation that shows what was measured: a table and a plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from measuring import Figures

BEGIN, END = "<!-- measured -->", "<!-- end -->"


def table(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows of equal titles as a table in Markdown."""
    titles = list(rows[0]) if rows else []
    lines = [titles, ["---"] * len(titles), *(list(row.values()) for row in rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def write(folder: Path, text: str) -> None:
    """Put a text between the two marks of `performance.md` in a folder."""
    path = folder / "performance.md"
    page = path.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    path.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")


def plot(folder: Path, series: Sequence[Figures]) -> None:
    """Draw time over size, of mypy without and with the plugin and of the engine alone.

    Raises:
        ImportError: if there is no matplotlib.
    """
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    sizes = [figures.lines for figures in series]
    figure, axes = pyplot.subplots(figsize=(6, 4))
    axes.plot(sizes, [f.without for f in series], "o-", label="mypy")
    axes.plot(sizes, [f.with_plugin for f in series], "o-", label="mypy with the plugin")
    axes.plot(sizes, [f.engine.seconds for f in series], "o--", label="the engine alone")
    axes.plot(sizes, [f.engine.parse_seconds for f in series], "o:", label="ast.parse")
    axes.set(xscale="log", yscale="log", xlabel="lines of generated code", ylabel="seconds")
    axes.legend()
    figure.tight_layout()
    figure.savefig(folder / "performance.svg", metadata={"Date": None})
