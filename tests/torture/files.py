"""What is analysed in the torture: all Python files of the standard library and of big packages."""

from __future__ import annotations

import csv
import importlib.util
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

STANDARD_LIBRARY: Final = "standard library"
PACKAGES: Final = ("jax", "equinox", "numpy", "scipy")


def corpora() -> dict[str, list[Path]]:
    """The files of each corpus that is installed, in a fixed order."""
    found = {STANDARD_LIBRARY: _files(Path(sysconfig.get_paths()["stdlib"]))}
    for name in PACKAGES:
        specification = importlib.util.find_spec(name)
        if specification is not None and specification.submodule_search_locations:
            found[name] = _files(Path(specification.submodule_search_locations[0]))
    return found


def _files(folder: Path) -> list[Path]:
    return sorted(_below(folder))


def _below(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*.py"):
        if not {"site-packages", "dist-packages"} & set(path.relative_to(folder).parts):
            yield path


def write_table(path: Path, rows: Iterable[Iterable[str]]) -> None:
    """Write figures as lines of fields with tabs between them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, dialect="excel-tab", lineterminator="\n").writerows(rows)
