"""The set-ups that the documentation shows, for tests that try them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]


def snippet(page: str, language: str, having: str) -> str:
    """The one block of code on a page that has a text in it.

    Args:
        page: the file below `docs/`.
        language: the block's.
        having: the text.
    """
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (found,) = [block for block in blocks if having in block]
    return str(found)
