"""What an edit costs in mypy's daemon: with the plugin, minus without.

    python benchmarks/latency.py [--edits N] [--lines N] [--cpu]

One module of generated code that passes States around (1,000 lines if not given) is checked by two
daemons, one with and one without the plugin.  Then one function of it is edited again and again,
and after each edit both are asked for a check, in turns.  What is printed is the median time from
the start of `dmypy check` to its end, of each, and their difference.  With `--cpu` it is the
processor time that the daemon itself uses for a check (on Linux), which other work on the machine
disturbs less.

Limits: `dmypy` is a process of its own for every check; what it takes to start is in both times,
though not in processor time.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from generated_code import STATE, generate
from repositories import SETTINGS, environment


@dataclass(frozen=True)
class Latency:
    """Times from an edit to mypy's answer, in seconds: medians.

    Attributes:
        lines: how many lines the edited module has.
        without: without the plugin.
        with_plugin: with it.
        cpu: they are of the daemon's processor time.
    """

    lines: int
    without: float
    with_plugin: float
    cpu: bool = False


class Daemon:
    """A daemon of mypy's with a file to check.

    Args:
        folder: an empty folder.
        plugin: whether it has the plugin.
        lines: how many lines the file gets.
        cpu: measure the processor time of the daemon.
    """

    def __init__(self, folder: Path, plugin: bool, lines: int, cpu: bool = False) -> None:
        folder.mkdir()
        self._cpu = cpu
        generate(folder, STATE, lines, lines_of_a_module=lines)
        self.file = folder / "generated0.py"
        self._folder = folder
        self._number = 0
        text = "[mypy]\nplugins = mypy_eqxstate\n" if plugin else "[mypy]\n"
        (folder / "mypy.ini").write_text(text + SETTINGS, encoding="utf-8")
        self._dmypy("start", "--", "--config-file", "mypy.ini")
        self.check()

    def _dmypy(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "mypy.dmypy", "--status-file", "status.json", *arguments],
            cwd=self._folder,
            env={
                **environment(self._folder),
                "PYTHONDONTWRITEBYTECODE": "",
                "PYTHONPYCACHEPREFIX": str(self._folder.parent / "bytecode"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in (0, 1):
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout

    def check(self) -> float:
        """The seconds of one check."""
        start = self._time()
        self._dmypy("check", self.file.name)
        return self._time() - start

    def _time(self) -> float:
        """The time of the clock, or the processor time that the daemon has used."""
        if not self._cpu:
            return time.perf_counter()
        status = json.loads((self._folder / "status.json").read_text(encoding="utf-8"))
        # Of its one thread, in nanoseconds; `/proc/*/stat` counts in hundredths of a second.
        used = Path(f"/proc/{status['pid']}/schedstat").read_text(encoding="utf-8").split()[0]
        return int(used) / 1e9

    def edit(self) -> None:
        """Change the body of one function."""
        text = self.file.read_text(encoding="utf-8")
        before = f"elif taken > {100 + self._number}:"
        self._number += 1
        assert before in text
        text = text.replace(before, f"elif taken > {100 + self._number}:", 1)
        self.file.write_text(text, encoding="utf-8")
        os.utime(self.file, (time.time() + self._number, time.time() + self._number))

    def stop(self) -> None:
        """End the daemon."""
        self._dmypy("stop")


def measure(edits: int, lines: int, cpu: bool = False) -> Latency:
    """Take the figures.

    Args:
        edits: how many edits are timed.
        lines: how many lines the edited module has.
        cpu: measure the processor time of the daemons.
    """
    with tempfile.TemporaryDirectory() as folder:
        daemons = [
            Daemon(Path(folder, str(plugin)), plugin, lines, cpu) for plugin in (False, True)
        ]
        times: list[list[float]] = [[], []]
        try:
            for number in range(edits + 1):
                for daemon, series in zip(daemons, times, strict=True):
                    daemon.edit()
                    seconds = daemon.check()
                    if number:  # the first one warms up
                        series.append(seconds)
            length = daemons[0].file.read_text(encoding="utf-8").count("\n")
        finally:
            for daemon in daemons:
                daemon.stop()
        return Latency(length, statistics.median(times[0]), statistics.median(times[1]), cpu)


def described(found: Latency) -> str:
    """What was measured, as a sentence."""
    return (
        f"After an edit of one function in a module of {found.lines:,} lines the daemon "
        f"{'uses' if found.cpu else 'answers in'} {found.without * 1000:.0f} ms "
        f"{'of processor time ' if found.cpu else ''}without the plugin and "
        f"{found.with_plugin * 1000:.0f} ms with it: "
        f"{(found.with_plugin - found.without) * 1000:.0f} ms more."
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What an edit costs in mypy's daemon.")
    parser.add_argument("--edits", type=int, default=15, help="how many are timed")
    parser.add_argument("--lines", type=int, default=1000, help="size of the edited module")
    parser.add_argument("--cpu", action="store_true", help="measure processor time")
    options = parser.parse_args()
    print(described(measure(options.edits, options.lines, options.cpu)))


if __name__ == "__main__":
    main()
