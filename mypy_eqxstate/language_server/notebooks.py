"""A notebook as one text: its Python cells in order, so that a State is followed from cell to cell.

What IPython understands and Python does not is replaced line by line, so that every line stays
where it is: `%matplotlib inline` and `!pip list` become `pass`, and the cells of `%%bash` and the
like empty lines.  The cells after `%%time`, `%%timeit`, `%%capture` and `%%prun` are Python.

Limits: the cells are taken to be run from top to bottom, each once.  `files = !ls` is read as
`files = ...`; other syntax of IPython (`df?`, `?df`) becomes `pass`.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable

from mypy_eqxstate.language_server.documents import Part, Sheet, lines_of
from mypy_eqxstate.syntax import parsed

_PYTHON_MAGICS = frozenset({"time", "timeit", "capture", "prun"})
_LINE_MAGIC = re.compile(r"^(\s*)[%!?].*$")
_ASSIGNED_MAGIC = re.compile(r"^(\s*[^=#'\"()]+=\s*)[%!]\s*\w.*$")
_HELP = re.compile(r"^(\s*)[\w.]+\?{1,2}\s*$")


def sheet_of_notebook(uri: str, path: str, cells: Iterable[tuple[str, int | None, str]]) -> Sheet:
    """The sheet of a notebook.

    Args:
        uri: the editor's name for it.
        path: its file.
        cells: name, version and text of each cell of code.
    """
    parts: list[Part] = []
    text: list[str] = []
    for cell, version, source in cells:
        lines = lines_of(source)
        parts.append(Part(cell, version, len(text), lines))
        text += python_lines(lines)
    return Sheet(uri, checked_as(path), "\n".join(text) + "\n", tuple(parts))


def checked_as(path: str) -> str:
    """The file that a notebook is checked as, in its folder: mypy wants the name of a module."""
    folder, name = os.path.split(path)
    stem = re.sub(r"\W", "_", name.removesuffix(".ipynb"))
    digest = hashlib.sha256(path.encode()).hexdigest()[:8]
    return os.path.join(folder, f"notebook_{stem}_{digest}.py")  # noqa: PTH118


def python_lines(lines: tuple[str, ...]) -> list[str]:
    """The lines of a cell as Python."""
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%"):
        if first[2:].split(maxsplit=1)[:1] and first[2:].split()[0] in _PYTHON_MAGICS:
            number = lines.index(first)
            return [*lines[:number], "", *python_lines(lines[number + 1 :])]
        return [""] * len(lines)
    if _is_python(lines):
        return list(lines)  # where a line begins with `%`, it goes on with an expression
    result = []
    for line in lines:
        line = _LINE_MAGIC.sub(r"\1pass", line)
        line = _HELP.sub(r"\1pass", line)
        result.append(_ASSIGNED_MAGIC.sub(r"\1...", line))
    return result


def _is_python(lines: tuple[str, ...]) -> bool:
    try:
        parsed("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
