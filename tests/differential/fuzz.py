"""Runs random programs for as long as it is told, and shows each difference as small as it can.

    python -m tests.differential.fuzz SECONDS [SEED]

Ends with 1 if there was a difference.  A round draws some hundred programs from one seed, every
third round long ones; a program with a difference is shrunk, for at most a minute.  Every
difference found is to become a case in `tests/scenarios/cases/`.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import SystemRandom

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from tests.differential.checker import Checker
from tests.differential.compare import compare
from tests.differential.evidence import Difference
from tests.differential.grammar import LONG, PRELUDE, SHORT, programs

ROUND = 300
SHRINKING = 60.0


class Fuzzer:
    """Rounds of programs, until a time is over.

    Args:
        checker: what is tested.
        end: when to stop, as `time.monotonic` tells it.
    """

    def __init__(self, checker: Checker, end: float) -> None:
        self._checker = checker
        self._end = end
        self.count = 0

    def round(self, number: int) -> tuple[str, list[Difference]] | None:
        """One round: the smallest program with a difference, or None."""
        known: dict[str, list[Difference]] = {}
        smallest: list[tuple[str, list[Difference]]] = []
        found_at: list[float] = []

        @seed(number)
        @settings(
            max_examples=ROUND,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
            report_multiple_bugs=False,
        )
        @given(program=programs(LONG if number % 3 == 2 else SHORT))
        def look(program: str) -> None:
            now = time.monotonic()
            if now > (found_at[0] + SHRINKING if found_at else self._end):
                return
            if program not in known:
                self.count += 1
                known[program] = compare(self._checker, program)
            if known[program]:
                found_at.append(now)
                if not smallest or len(program) <= len(smallest[-1][0]):
                    smallest.append((program, known[program]))
                raise AssertionError

        try:
            look()
        except BaseException:  # Hypothesis has several ways to say that a test fails
            if not smallest:
                raise
        return smallest[-1] if smallest else None


def shown(program: str, found: Sequence[Difference]) -> str:
    """The part of a program that was drawn, with line numbers, and its differences."""
    first = PRELUDE.count("\n")
    lines = program.splitlines()[first:]
    text = [f"{number:4} {line}" for number, line in enumerate(lines, first + 1)]
    return "\n".join(["", *text, "", *map(str, found)])


def main(arguments: Sequence[str]) -> int:
    """Run for a time; the result is the exit code."""
    end = time.monotonic() + float(arguments[0])
    number = int(arguments[1]) if len(arguments) > 1 else SystemRandom().randrange(10**6)
    differing = 0
    with tempfile.TemporaryDirectory() as directory:
        fuzzer = Fuzzer(Checker(Path(directory)), end)
        while time.monotonic() < end:
            result = fuzzer.round(number)
            if result is not None:
                differing += 1
                print(f"--- seed {number}{shown(*result)}", flush=True)
            number += 1
    print(f"{fuzzer.count} programs, {differing} with differences")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
