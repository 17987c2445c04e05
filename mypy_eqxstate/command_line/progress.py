"""What is said while a check takes long: one line on a terminal, overwritten and at last removed.

mypy does not know beforehand how much there is to do, so the line counts.
"""

from __future__ import annotations

import shutil
import time
from typing import Final, TextIO

_PATIENCE: Final = 1.0
_INTERVAL: Final = 0.1


class Progress:
    """Shows which file was checked last, if the stream is a terminal.

    Args:
        stream: where to write; anything but a terminal gets nothing.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_shown = stream.isatty()
        self._begin = self._last = time.monotonic()
        self._number = 0
        self._is_dirty = False

    def __call__(self, path: str) -> None:
        """A file is done."""
        self._number += 1
        now = time.monotonic()
        if not self._is_shown or now - self._begin < _PATIENCE or now - self._last < _INTERVAL:
            return
        self._last = now
        width = shutil.get_terminal_size().columns - 1
        self._stream.write(f"\r\033[K{f'checked {self._number} files, {path}'[:width]}")
        self._stream.flush()
        self._is_dirty = True

    def end(self) -> None:
        """Remove the line."""
        if self._is_dirty:
            self._stream.write("\r\033[K")
            self._stream.flush()
            self._is_dirty = False
