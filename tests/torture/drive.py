"""`make torture`: the sources of whole libraries, and random ones, through the analysis.

    python -m tests.torture.drive [--corpus NAME] [--every N [--from K]] [--random SECONDS]
                                  [--write FILE]

Each file is analysed twice, without types and with a State given to every function
(`oracles.py`).  Wanted: no internal fault, no alarm without States, no file slower than `bound`.
Prints one row a corpus, and what is wrong as soon as it is: a file that goes over its bound is
named while it is still worked on, and one that does not end is broken off (`watch.py`).
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.torture.analyse import Outcome, analyse
from tests.torture.files import corpora, write_table
from tests.torture.oracles import GivingOracle, UnboundedOracle
from tests.torture.watch import EndlessError, watched

ORACLES: Final = {"silent": UnboundedOracle, "giving": GivingOracle}
# No file may take longer than this, in seconds and in seconds a line.
FLOOR: Final = 2.0
PER_LINE: Final = 0.01
# Modules in which there really are States.
_ABOUT_STATES: Final = ("equinox",)
TITLES: Final = (
    *("corpus", "oracle", "files", "lines", "seconds"),
    *("slowest of bound", "faults", "alarms", "limits"),
)


def bound(lines: int) -> float:
    """The seconds that a text of so many lines may take."""
    return FLOOR + PER_LINE * lines


@dataclass
class Tally:
    """What came of many texts."""

    files: int = 0
    lines: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    faults: int = 0
    alarms: int = 0
    limits: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, name: str, outcome: Outcome, may_alarm: bool) -> None:
        """Count one text; what is not as it should be is printed, and kept in `wrong`."""
        already = len(self.wrong)
        self.files += 1
        self.lines += outcome.lines
        self.seconds += outcome.seconds
        self.slowest = max(self.slowest, outcome.seconds / bound(outcome.lines))
        self.faults += len(outcome.faults)
        self.alarms += len(outcome.alarms)
        self.limits += len(outcome.limits)
        self.wrong += [f"{name}: FAULT {fault}" for fault in outcome.faults]
        if not may_alarm:
            self.wrong += [f"{name}: ALARM {alarm}" for alarm in outcome.alarms]
        if outcome.seconds > bound(outcome.lines):
            self.wrong.append(f"{name}: SLOW {outcome.seconds:.1f} s for {outcome.lines} lines")
        for line in self.wrong[already:]:
            print(line, flush=True)
        for limit in outcome.limits:
            print(f"{name}: given up by design: {limit}", flush=True)

    def row(self) -> tuple[str, ...]:
        """The figures, in the order of `TITLES`."""
        return (
            str(self.files),
            str(self.lines),
            f"{self.seconds:.1f}",
            f"{self.slowest:.2f}",
            str(self.faults),
            str(self.alarms),
            str(self.limits),
        )


def text_of(path: Path) -> str | None:
    """A file's text; None if it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        return None


def outcome_of(path: Path, oracle: str) -> Outcome | None:
    """Analyse a file, but no longer than a multiple of its bound; None if it can't be read."""
    text = text_of(path)
    if text is None:
        return None
    lines = text.count("\n") + 1
    begin = time.process_time()
    try:
        with watched(f"{path} ({oracle})", bound(lines)):
            return analyse(text, ORACLES[oracle])
    except EndlessError:
        return Outcome(lines, time.process_time() - begin)


def _outcome(task: tuple[Path, str]) -> tuple[Path, Outcome | None]:
    return task[0], outcome_of(*task)


def run(name: str, files: Sequence[Path], oracle: str, processes: int) -> Tally:
    """Analyse the files of a corpus.

    Args:
        name: the corpus.
        files: its files.
        oracle: what is known of types.
        processes: how many work at once.
    """
    tally = Tally()
    may_alarm = oracle != "silent" or name in _ABOUT_STATES
    tasks = [(path, oracle) for path in files]
    outcomes: Iterable[tuple[Path, Outcome | None]]
    with multiprocessing.Pool(processes, maxtasksperchild=200) as pool:
        outcomes = pool.imap_unordered(_outcome, tasks)
        for path, outcome in outcomes:
            if outcome is not None:
                tally.add(f"{path} ({oracle})", outcome, may_alarm)
    return tally


def main() -> int:
    """Torture as the command line says; the exit status is 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", action="append", help="only this one; may be repeated")
    parser.add_argument("--oracle", choices=ORACLES, help="only this one")
    parser.add_argument("--every", type=int, default=1, help="only every n-th file")
    parser.add_argument("--from", type=int, default=0, dest="first", help="how many to pass over")
    parser.add_argument("--random", type=float, default=0.0, help="seconds of random programs")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--write", type=Path, help="a file for the rows, separated by tabs")
    arguments = parser.parse_args()
    rows: list[tuple[str, ...]] = [TITLES]
    wrong: list[str] = []
    for name, files in corpora().items():
        if arguments.corpus and name not in arguments.corpus:
            continue
        some = files[arguments.first :: arguments.every]
        for oracle in (arguments.oracle,) if arguments.oracle else ORACLES:
            tally = run(name, some, oracle, arguments.processes)
            rows.append((name, oracle, *tally.row()))
            print(*rows[-1], sep="\t", flush=True)
            wrong += tally.wrong
    if arguments.random:
        from tests.torture.random_programs import random_tally

        tally = random_tally(arguments.random, arguments.seed)
        rows.append(("random programs", "both", *tally.row()))
        print(*rows[-1], sep="\t", flush=True)
        wrong += tally.wrong
    if arguments.write:
        write_table(arguments.write, rows)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
