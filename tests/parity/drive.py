"""Drives a program through random edits and compares all ways of running mypy after each.

    python -m tests.parity.drive --steps 100 --seed 1     (or: make parity STEPS=100 SEED=1)

Exit status 1 if something differed; what is printed then has the edits that led there.
"""

from __future__ import annotations

import argparse
import difflib
import itertools
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.parity.program import Program
from tests.parity.ways import FAMILIES, NOT_IN_DAEMON, WARM, Batch, Daemon, by_file, ours


@dataclass
class Journey:
    """A program on its way through edits, and the ways of running mypy that go along.

    Args:
        directory: an empty one.
        seed: of the program and its edits.
        each_step: how many of the warm ways run after each edit, in turn.
        families: the kinds of targets that take turns besides the whole program.
        daemons: by name, with their commands.
    """

    directory: Path
    seed: int
    each_step: int = len(WARM)
    families: Sequence[str] = tuple(FAMILIES)[1:]
    daemons: Sequence[str] = ("run", "check")
    compared: int = 0
    findings: int = 0
    edits: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        root = self.directory / "program"
        root.mkdir()
        self.program = Program(root, self.seed)
        whole = FAMILIES["all"]
        self._cold = Batch(root, None, (), whole)
        self._warm = {name: Batch(root, f"cache {name}", o, whole) for name, o in WARM.items()}
        self._warm_in_turn = itertools.cycle(self._warm)
        self._families = itertools.cycle(self.families) if self.families else None
        self._daemons = {
            name: Daemon(root, f"daemon {name}", whole, commands=name) for name in self.daemons
        }
        self._daemons_of_families = {
            name: Daemon(root, f"daemon of {name}", FAMILIES[name])
            for name in self.families
            if name not in NOT_IN_DAEMON
        }

    def steps(self, count: int) -> Iterator[str]:
        """Go on by so many edits.

        Yields:
            a description of each difference.
        """
        for _ in range(count):
            if self.edits:
                self.edits.append(self.program.edit())
            else:
                self.program.write()
                self.edits.append("the beginning")
            yield from self._compare()

    def _compare(self) -> Iterator[str]:
        expected = by_file(self._cold.run())
        self.findings += len(ours(expected))
        for _ in range(min(self.each_step, len(self._warm))):
            name = next(self._warm_in_turn)
            yield from self._difference(name, expected, by_file(self._warm[name].run()))
        for name, daemon in self._daemons.items():
            found = by_file(daemon.run())
            yield from self._difference(f"dmypy {name}", ours(expected), ours(found))
            # The daemon loses remarks about unused ignores (`test_faults_of_mypy.py`), but it must
            # not make any up.
            made_up = [x for x in found if "[unused-ignore]" in x and x not in expected]
            yield from self._difference(f"dmypy {name}, unused ignores", [], made_up)
        if self._families is not None:
            yield from self._compare_family(next(self._families))

    def _compare_family(self, name: str) -> Iterator[str]:
        root, target = self.program.root, FAMILIES[name]
        cold = by_file(Batch(root, None, (), target).run())
        for way, options in {"warm": (), "workers": ("-n", "2")}.items():
            batch = Batch(root, f"cache of {name}, {way}", options, target)
            yield from self._difference(f"{name}, {way}", cold, by_file(batch.run()))
        daemon = self._daemons_of_families.get(name)
        if daemon is not None:
            found = by_file(daemon.run())
            yield from self._difference(f"dmypy {name}", ours(cold), ours(found))

    def _difference(self, way: str, expected: list[str], found: list[str]) -> Iterator[str]:
        self.compared += 1
        if expected != found:
            lines = difflib.unified_diff(expected, found, "cold", way, lineterm="", n=0)
            yield "\n".join([f"seed {self.seed}, step {len(self.edits)}: {self.edits[-1]}", *lines])

    def close(self) -> None:
        """End the daemons."""
        for daemon in (*self._daemons.values(), *self._daemons_of_families.values()):
            daemon.stop()


def main() -> int:
    """Drive as long as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--length", type=int, default=25, help="steps until a new program begins")
    parser.add_argument("--each-step", type=int, default=3, help="warm ways after each step")
    parser.add_argument("--only-daemon", action="store_true", help="cold and daemon, nothing else")
    parser.add_argument("--keep", help="an empty directory to work in; one step after the other")
    arguments = parser.parse_args()
    failed, done, compared, findings, began = 0, 0, 0, 0, time.monotonic()
    for seed in itertools.count(arguments.seed):
        if done >= arguments.steps:
            break
        with tempfile.TemporaryDirectory() as directory:
            place = Path(arguments.keep or directory)
            journey = (
                Journey(place, seed, each_step=0, families=())
                if arguments.only_daemon
                else Journey(place, seed, arguments.each_step)
            )
            try:
                for _ in range(min(arguments.length, arguments.steps - done)):
                    differences = list(journey.steps(1))
                    done += 1
                    for difference in differences:
                        failed += 1
                        print(difference, flush=True)
                    if differences and arguments.keep:
                        return 1
            finally:
                journey.close()
            compared += journey.compared
            findings += journey.findings
    seconds = time.monotonic() - began
    print(
        f"{done} steps, {compared} comparisons, {findings} lines about ownership, "
        f"{failed} differences, {seconds:.0f} s"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
