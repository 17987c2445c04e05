"""A digest of this package's own sources: findings of an older version must not be shown again.

mypy watches the first file of a plugin only.  Of an installed package the installer has written
down the digests of all files (`RECORD`), and one small file is read instead of some two hundred.

Limits: a file that was changed by hand in an installed package is not noticed.  In a checkout all
files are read, but for the folders that can't change what is found.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

_WITHOUT_FINDINGS: Final = frozenset(
    {"__pycache__", "checking", "command_line", "fixes", "formats", "language_server", "tsp"}
)


def own_digest(package: Path, version: str) -> str:
    """A digest of the sources of a package.

    Args:
        package: its folder.
        version: its version, as in the name of the folder that the installer keeps beside it.
    """
    record = package.parent / f"{package.name}-{version}.dist-info" / "RECORD"
    digest = hashlib.sha256()
    try:
        digest.update(record.read_bytes())
    except OSError:
        for path in sorted(_sources(str(package))):
            digest.update(path[len(str(package)) :].encode())
            digest.update(Path(path).read_bytes())
    return digest.hexdigest()


def _sources(folder: str) -> list[str]:
    """The paths of the Python files in a folder and those below."""
    found: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                found.append(entry.path)
            elif entry.name not in _WITHOUT_FINDINGS and entry.is_dir():
                found += _sources(entry.path)
    return found
