"""Names what takes too long while it is still worked on, and ends it after ten times as long.

Time is the processor time of this process, so that a busy machine makes nothing seem slow.  Limit:
Python hands a signal on between two of its own steps; what hangs in one of them isn't noticed.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import Final

# What is not at its end after so many times its bound is taken to have none.
PATIENCE: Final = 10


class EndlessError(BaseException):
    """The work was broken off; no `Exception`, which the analysis would take for its own fault."""


@contextlib.contextmanager
def watched(name: str, seconds: float) -> Iterator[None]:
    """Print `name` if the work inside takes longer than it may; needs the main thread.

    Args:
        name: what is worked on.
        seconds: how long that may take.

    Raises:
        EndlessError: it has taken `PATIENCE` times as long.
    """
    told = False

    def over(number: int, frame: FrameType | None) -> None:
        nonlocal told
        if told:
            print(f"{name}: ENDLESS, broken off after {PATIENCE * seconds:.1f} s", flush=True)
            raise EndlessError
        told = True
        print(f"{name}: over its bound of {seconds:.1f} s, still worked on", flush=True)

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, seconds, (PATIENCE - 1) * seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
