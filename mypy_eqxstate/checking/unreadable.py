"""Files that can't be read or parsed: what stops a check before anybody asks for types.

mypy finds these by itself.  Where it does not run (`served.py`) they are looked for here, and told
as mypy tells them:

    train.py:3: error: '(' was never closed  [syntax]

Limit: Python itself is asked whether a text is right, so syntax that is newer than the Python which
runs this is an error, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from mypy.fscache import FileSystemCache
from mypy.util import DecodeError, decode_python_encoding

from mypy_eqxstate.checking.result import Blocker
from mypy_eqxstate.report.finding import Position
from mypy_eqxstate.syntax import parsed

_SYNTAX: Final = "syntax"


class Unreadable:
    """Looks at files again and again; a text that was right is not parsed a second time.

    Args:
        files: how files are read.
    """

    def __init__(self, files: FileSystemCache) -> None:
        self._files = files
        self._right: dict[str, bytes] = {}

    def among(self, paths: Iterable[str]) -> tuple[Blocker, ...]:
        """What stops the check of some files; empty if nothing does."""
        found = (self._blocker(path) for path in paths)
        return tuple(blocker for blocker in found if blocker is not None)

    def _blocker(self, path: str) -> Blocker | None:
        try:
            contents = self._files.read(path)
        except OSError:
            return Blocker("Cannot read file", path)
        if self._right.get(path) == contents:
            return None
        try:
            text = decode_python_encoding(contents)
        except (DecodeError, UnicodeError) as error:
            return Blocker(f"Cannot decode file: {error}", path)
        found = syntax_error(path, text)
        if found is None:
            self._right[path] = contents
        return found


def syntax_error(path: str, text: str) -> Blocker | None:
    """What is wrong with the text of a file, as Python sees it; None if it can be parsed."""
    try:
        parsed(text)
    except SyntaxError as error:
        line, column = max(error.lineno or 1, 1), max((error.offset or 1) - 1, 0)
        return Blocker(str(error.msg), path, Position(line, column, line, column), _SYNTAX)
    except (ValueError, RecursionError, MemoryError) as error:
        return Blocker(str(error), path, Position(1, 0, 1, 0), _SYNTAX)
    return None
