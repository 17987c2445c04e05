"""Notebooks through nbQA: errors are shown at the lines of cells."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

from tests.checking.conftest import Project

CELLS = [
    "%matplotlib inline\nfrom tickets import Ticket, finish",
    "ticket = Ticket()\nfinish(ticket)",
    "# again\nticket.look()",
]


def notebook(*cells: str) -> str:
    """A notebook with cells of code."""
    written: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": cell.splitlines(keepends=True),
        }
        for cell in cells
    ]
    names = {"language_info": {"name": "python"}}
    return json.dumps({"cells": written, "metadata": names, "nbformat": 4, "nbformat_minor": 5})


def nbqa(project: Project, command: str) -> tuple[int, str]:
    """The exit code and the output of nbQA."""
    done = subprocess.run(
        [sys.executable, "-m", "nbqa", command, "train.ipynb"],
        cwd=project.root,
        env={**os.environ, "MYPY_CACHE_DIR": str(project.cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    # It forces mypy to use colours.
    return done.returncode, re.sub(r"\x1b(\[\d*m|\(B)", "", done.stdout + done.stderr)


def test_the_command_as_documented(project: Project) -> None:
    project.write("train.ipynb", notebook(*CELLS))
    code, said = nbqa(project, "mypy_eqxstate check --format=concise")
    assert code == 1, said
    assert said.startswith('train.ipynb:cell_3:2:1: error: "ticket" was consumed by "finish"')
    project.write("train.ipynb", notebook(*CELLS[:2]))
    assert nbqa(project, "mypy_eqxstate check --format=concise") == (0, "")


def test_mypy_with_the_plugin_as_documented(project: Project) -> None:
    project.write("train.ipynb", notebook(*CELLS, "x: int = ''"))
    code, said = nbqa(project, "mypy")
    assert code == 1, said
    assert "train.ipynb:cell_3:2: error: " in said and "[state-reuse]" in said
    assert "train.ipynb:cell_4:1: error: " in said
