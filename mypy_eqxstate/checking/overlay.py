"""Files as an editor has them: mypy's view of the file system with unsaved texts laid over it.

An unsaved text has a date of its own, made from its contents: whatever mypy has stored about the
file on the disk, or about another unsaved text, does not count for this one, and what it has stored
about this very text does.

Limit: a path is a file's absolute path; through a symbolic link, the file on the disk is seen.
"""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Mapping

from mypy.fscache import FileSystemCache
from mypy.util import hash_digest


class OverlayFileSystem(FileSystemCache):
    """mypy's file system cache, with texts in the place of files or beside them."""

    def __init__(self) -> None:
        self._texts: dict[str, bytes] = {}
        super().__init__()

    def lay(self, texts: Mapping[str, str]) -> None:
        """Replace all unsaved texts, and forget what is known of the disk.

        Args:
            texts: the texts by their paths; relative ones belong to the working directory.
        """
        self._texts = {os.path.abspath(path): text.encode() for path, text in texts.items()}  # noqa: PTH100
        self.flush()

    def _text(self, path: str) -> bytes | None:
        return self._texts.get(os.path.abspath(path)) if self._texts else None  # noqa: PTH100

    def stat_or_none(self, path: str) -> os.stat_result | None:
        """What `os.stat` says of a path; that of an unsaved text is made up."""
        text = self._text(path)
        if text is None:
            return super().stat_or_none(path)
        date = zlib.crc32(text)
        # mode, inode, device, links, user, group, size, dates of access, change and creation
        number = zlib.crc32(os.path.abspath(path).encode())  # noqa: PTH100
        return os.stat_result(
            (stat.S_IFREG | 0o444, number, 0, 1, 0, 0, len(text), date, date, date)
        )

    def exists(self, path: str, real_only: bool = False) -> bool:
        """Whether a path exists; `real_only`, whether it does on the disk, as it is here.

        mypy's parser reads files by itself that exist in that sense.
        """
        if self._text(path) is not None:
            return not real_only
        return super().exists(path, real_only)

    def listdir(self, path: str) -> list[str]:
        """The names in a folder, with those of files that are not saved yet."""
        names = super().listdir(path)
        if not self._texts:
            return names
        folder = os.path.abspath(path)  # noqa: PTH100
        added = [os.path.basename(p) for p in self._texts if os.path.dirname(p) == folder]  # noqa: PTH119, PTH120
        return names + [name for name in added if name not in names]

    def read(self, path: str) -> bytes:
        """The contents of a file."""
        text = self._text(path)
        return super().read(path) if text is None else text

    def hash_digest(self, path: str) -> str:
        """A digest of the contents of a file, as mypy makes it."""
        text = self._text(path)
        return super().hash_digest(path) if text is None else hash_digest(text)
