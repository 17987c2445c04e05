"""Words for a fault of our own: which function it came up in, what it is, and where our code is."""

from __future__ import annotations

import traceback
from pathlib import PurePath


def fault_text(error: Exception, function: str) -> str:
    """One line about an internal fault.

    Args:
        error: what was raised.
        function: the name of the analysed function.
    """
    frames = traceback.extract_tb(error.__traceback__)
    where = frames[-1] if frames else None
    place = f" ({PurePath(where.filename).name}:{where.lineno})" if where else ""
    return f"{function}: {type(error).__name__}: {error}{place}"
